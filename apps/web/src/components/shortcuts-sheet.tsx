"use client";

import { useState } from "react";
import { useTranslations } from "@/lib/translations";
import { currentShortcuts, switchShortcuts, useAreShortcutsOn } from "@/lib/use-shortcuts";
import { Checkbox } from "@/ui/checkbox";
import { classes } from "@/ui/classes";
import { Dialog } from "@/ui/dialog";
import { Kbd } from "@/ui/kbd";

type Props = { onClose: () => void };

/** The single keys of the page it is opened on, and the switch for all of them. */
export function ShortcutsSheet({ onClose }: Props) {
  const t = useTranslations("shortcuts");
  const common = useTranslations("common");
  const isOn = useAreShortcutsOn();
  const [shortcuts] = useState(currentShortcuts);
  return (
    <Dialog isOpen onOpenChange={onClose} title={t("title")} closeLabel={common("close")}>
      <dl className={classes("mb-4 grid gap-2 text-sm", !isOn && "opacity-55")}>
        {shortcuts.map(({ key, label }) => (
          <div key={key} className="flex items-center justify-between gap-4">
            <dt>{label}</dt>
            <dd className="flex shrink-0 gap-1">
              {key.split(" ").map((one) => (
                <Kbd key={one}>{one}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Checkbox
        label={t("use")}
        hint={t("useHint")}
        checked={isOn}
        onCheckedChange={switchShortcuts}
        className="border-t border-line pt-4"
      />
    </Dialog>
  );
}
