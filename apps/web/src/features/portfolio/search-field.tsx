import { Search } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { Input } from "@/ui/input";
import { Kbd } from "@/ui/kbd";

type Props = { value: string; onChange: (value: string) => void };

/** Filters as one types; `/` puts the cursor into it from anywhere on the page. */
export function SearchField({ value, onChange }: Props) {
  const t = useTranslations("portfolio");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener("keydown", focus);
    return () => window.removeEventListener("keydown", focus);
  }, []);
  return (
    <div className="relative min-w-40 flex-1 sm:w-64 sm:flex-none">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint"
      />
      <Input
        ref={field}
        type="search"
        aria-label={t("search")}
        placeholder={t("search")}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onChange("")}
        className="peer h-8 px-8 text-sm [&::-webkit-search-cancel-button]:hidden"
      />
      <span
        aria-hidden
        className="pointer-events-none absolute top-1.5 right-1.5 peer-focus:hidden max-sm:hidden"
      >
        <Kbd>/</Kbd>
      </span>
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}
