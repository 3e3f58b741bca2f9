"use client";

import { useEffect, useState } from "react";
import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";

export type Heading = { id: string; title: string; level: number };

const SHOWN = "h1[id], h2[id], h3[id]";

/** The headings of what is rendered in `container`, also of sections that come later. */
export function useHeadings(container: HTMLElement | null): Heading[] {
  const [headings, setHeadings] = useState<Heading[]>([]);
  useEffect(() => {
    if (!container) return;
    const read = () => setHeadings(headingsIn(container));
    read();
    const observer = new MutationObserver(read);
    observer.observe(container, { childList: true });
    return () => {
      observer.disconnect();
      setHeadings([]);
    };
  }, [container]);
  return headings;
}

function headingsIn(container: HTMLElement): Heading[] {
  return [...container.querySelectorAll<HTMLElement>(SHOWN)]
    .filter((heading) => !heading.classList.contains("sr-only"))
    .map((heading) => ({
      id: heading.id,
      title: heading.textContent ?? "",
      level: Number(heading.tagName[1]),
    }));
}

type Props = { headings: readonly Heading[]; className?: string };

const indents = ["", "pl-3", "pl-6"];

/** The parts of a long document, to jump to. */
export function Outline({ headings, className }: Props) {
  const t = useTranslations("markdown");
  const current = useCurrentHeading(headings);
  const top = Math.min(...headings.map((heading) => heading.level));
  return (
    <nav aria-label={t("outline")} className={classes("text-sm", className)}>
      <p className="mb-2 px-2 text-xs font-medium text-muted">{t("outline")}</p>
      <ul className="grid border-l border-line">
        {headings.map((heading) => (
          <li key={heading.id} className={indents[heading.level - top]}>
            <a
              href={`#${encodeURIComponent(heading.id)}`}
              aria-current={heading.id === current ? "location" : undefined}
              className="-ml-px block truncate border-l border-transparent px-2 py-1 text-muted hover:text-text aria-[current]:border-accent-text aria-[current]:text-text"
              title={heading.title}
            >
              {heading.title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The last heading above the upper third of the screen. */
function useCurrentHeading(headings: readonly Heading[]): string | null {
  const [current, setCurrent] = useState<string | null>(null);
  useEffect(() => {
    if (typeof IntersectionObserver === "undefined") return;
    const elements = headings.flatMap(({ id }) => document.getElementById(id) ?? []);
    const update = () => {
      const limit = window.innerHeight / 3;
      const above = elements.filter((element) => element.getBoundingClientRect().top < limit);
      setCurrent((above.at(-1) ?? elements[0])?.id ?? null);
    };
    const observer = new IntersectionObserver(update, { rootMargin: "0px 0px -66% 0px" });
    for (const element of elements) observer.observe(element);
    return () => observer.disconnect();
  }, [headings]);
  return current;
}
