import { Eye, EyeOff } from "lucide-react";
import type { ComponentProps } from "react";
import { useState } from "react";
import { IconButton } from "./icon-button";
import { Input } from "./input";

type Props = Omit<ComponentProps<typeof Input>, "type"> & { showLabel: string; hideLabel: string };

export function PasswordInput({ showLabel, hideLabel, ...rest }: Props) {
  const [isShown, setIsShown] = useState(false);
  return (
    <div className="relative">
      <Input {...rest} type={isShown ? "text" : "password"} className="pr-10" />
      <IconButton
        label={isShown ? hideLabel : showLabel}
        size="sm"
        className="absolute top-1 right-1"
        onClick={() => setIsShown(!isShown)}
      >
        {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      </IconButton>
    </div>
  );
}
