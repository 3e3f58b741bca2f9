import { useLanguage } from "@/lib/language";
import { useTranslations } from "@/lib/translations";

const BUILT_ON = /^Later stages build on (?:the )?(.+)$/;
const BOXES = /^The task has (\d+) box(?:es)? to tick before it counts as done$/;

/** Why an importer proposed a gate, in the reader's language; what a template says stays its own. */
export function useGateReason(): (reason: string) => string {
  const t = useTranslations("gateReasons");
  const isEnglish = useLanguage() === "en";
  return (reason) => {
    const sentence = reason as Parameters<typeof t>[0];
    if (isEnglish) return reason;
    if (t.has(sentence)) return t(sentence);
    const boxes = BOXES.exec(reason)?.[1];
    if (boxes) return t("boxes", { count: Number(boxes) });
    const what = BUILT_ON.exec(reason)?.[1];
    return what ? t("builtOn", { what }) : reason;
  };
}
