"use client";

import { Search } from "lucide-react";
import { useRef } from "react";
import { useShortcuts } from "@/lib/use-shortcuts";
import { Input } from "@/ui/input";

type Props = { label: string; value: string; onChange: (value: string) => void };

/** Filters the page's list as one types; `/` puts the cursor into it. */
export function SearchBox({ label, value, onChange }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useShortcuts([{ key: "/", label, run: () => field.current?.focus() }]);
  return (
    <div className="relative min-w-40 flex-1 sm:w-64 sm:flex-none">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint"
      />
      <Input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        maxLength={200}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onChange("")}
        className="h-8 pl-8 text-sm"
      />
    </div>
  );
}
