import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { LinkBox } from "./link-box";
import type { Link } from "./queries";

type Props = { name: string; link: Link; onClose: () => void };

/** A new link for somebody who is there already. */
export function LinkDialog({ name, link, onClose }: Props) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t(`link.${link.purpose}`, { name })}
      description={link.purpose === "reset" ? t("link.resets") : undefined}
      closeLabel={common("close")}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("link.done")}
        </Button>
      }
    >
      <LinkBox link={link} />
    </Dialog>
  );
}
