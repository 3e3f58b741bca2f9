import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";
import type { Strength } from "./password-strength";
import { PASSWORD_MIN, strengths } from "./password-strength";

type Props = { strength: Strength; isEmpty: boolean };

const fills: Record<Strength, string> = {
  short: "bg-danger",
  weak: "bg-warning",
  fair: "bg-accent",
  strong: "bg-success",
};

/** Four bars and a word; the sentence below stays the same size whatever is typed. */
export function PasswordMeter({ strength, isEmpty }: Props) {
  const t = useTranslations("password");
  const level = isEmpty ? 0 : strengths.indexOf(strength) + 1;
  return (
    <div className="grid gap-1.5">
      <div aria-hidden className="grid grid-cols-4 gap-1">
        {strengths.map((step, index) => (
          <span
            key={step}
            className={classes("h-1 rounded-full", index < level ? fills[strength] : "bg-line")}
          />
        ))}
      </div>
      <span>{isEmpty ? t("hint", { min: PASSWORD_MIN }) : t(`strength.${strength}`)}</span>
    </div>
  );
}
