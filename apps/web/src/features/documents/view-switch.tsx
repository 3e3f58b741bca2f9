import { Code, Eye } from "lucide-react";
import { useTranslations } from "@/lib/translations";
import { useAreShortcutsOn } from "@/lib/use-shortcuts";
import { classes } from "@/ui/classes";
import { Tooltip } from "@/ui/tooltip";

type Props = { isSource: boolean; onIsSourceChange: (isSource: boolean) => void };

const look =
  "inline-flex h-7 items-center gap-1.5 rounded-[5px] px-2.5 text-xs font-medium text-muted aria-pressed:bg-surface aria-pressed:text-text aria-pressed:shadow-[0_0_0_1px_var(--line)] [&_svg]:size-3.5";

/** Rendered as people read it, or as it is in the file. The `t` key does the same. */
export function ViewSwitch({ isSource, onIsSourceChange }: Props) {
  const t = useTranslations("documents");
  const hasKeys = useAreShortcutsOn();
  const choices = [
    { value: false, label: t("rendered"), icon: <Eye aria-hidden /> },
    { value: true, label: t("source"), icon: <Code aria-hidden /> },
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label={t("view")} className="inline-flex rounded-md bg-sunken p-0.5">
      {choices.map((choice) => (
        <Tooltip
          key={choice.label}
          text={hasKeys ? t("viewShortcut", { view: choice.label }) : null}
        >
          <button
            type="button"
            aria-pressed={isSource === choice.value}
            aria-keyshortcuts={hasKeys ? "t" : undefined}
            onClick={() => onIsSourceChange(choice.value)}
            className={classes(look)}
          >
            {choice.icon}
            {choice.label}
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
