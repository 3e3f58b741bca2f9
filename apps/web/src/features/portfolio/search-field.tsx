import { Search } from "lucide-react";
import { useRef } from "react";
import { useTranslations } from "@/lib/translations";
import { useAreShortcutsOn, useShortcuts } from "@/lib/use-shortcuts";
import { Input } from "@/ui/input";
import { Kbd } from "@/ui/kbd";

type Props = { value: string; onChange: (value: string) => void };

/** Filters as one types; `/` puts the cursor into it from anywhere on the page. */
export function SearchField({ value, onChange }: Props) {
  const t = useTranslations("portfolio");
  const hasKeys = useAreShortcutsOn();
  const field = useRef<HTMLInputElement>(null);
  useShortcuts([{ key: "/", label: t("search"), run: () => field.current?.focus() }]);
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
        {hasKeys && <Kbd>/</Kbd>}
      </span>
    </div>
  );
}
