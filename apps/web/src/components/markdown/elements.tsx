"use client";

import { ExternalLink, ImageOff } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { createContext, use } from "react";
import type { Components, ExtraProps } from "react-markdown";
import { useTranslations } from "@/lib/translations";
import { ScrollBox } from "@/ui/scroll-box";
import { CodeBlock } from "./code-block";
import { Diagram } from "./diagram";
import { targetOf } from "./links";
import { ID_PREFIX } from "./schema";
import { textOf } from "./tree";

export type FileLink = { path: string; fragment: string | null; children: ReactNode };

export type Surroundings = {
  /** Where the document lies, relative to the workspace; relative links start there. */
  path: string;
  /** Renders a link to another file of the project. */
  renderFileLink: (link: FileLink) => ReactNode;
};

export const SurroundingsContext = createContext<Surroundings>({
  path: "",
  renderFileLink: ({ children }) => children,
});

function DocumentAnchor({
  href = "",
  children,
  node: _,
  ...rest
}: ComponentProps<"a"> & ExtraProps) {
  const t = useTranslations("markdown");
  const { path, renderFileLink } = use(SurroundingsContext);
  const target = targetOf(href, path);
  switch (target.kind) {
    case "fragment":
      return (
        <a {...rest} href={`#${ID_PREFIX}${encodeURIComponent(target.fragment)}`}>
          {children}
        </a>
      );
    case "external":
      return (
        <a href={target.url} title={target.url} target="_blank" rel="noopener noreferrer nofollow">
          {children}
          <ExternalLink aria-label={t("opensInNewTab")} className="external" />
        </a>
      );
    case "file":
      return renderFileLink({ path: target.path, fragment: target.fragment, children });
    case "refused":
      return <span title={t("linkRefused")}>{children}</span>;
  }
}

/** Images are not loaded: that would tell other servers who reads what, and when. */
function ImagePlaceholder({ src, alt }: ComponentProps<"img"> & ExtraProps) {
  const t = useTranslations("markdown");
  const address = typeof src === "string" ? src : "";
  return (
    <span className="image-placeholder">
      <ImageOff aria-hidden />
      <span>
        {alt || t("image")}
        {address && <span className="address">{address}</span>}
      </span>
      <span className="sr-only">{t("imageNotLoaded")}</span>
    </span>
  );
}

function ScrollingTable({ children }: ComponentProps<"table"> & ExtraProps) {
  const t = useTranslations("markdown");
  return (
    <ScrollBox label={t("table")} className="table-box">
      <table>{children}</table>
    </ScrollBox>
  );
}

function Task({ checked }: ComponentProps<"input"> & ExtraProps) {
  const t = useTranslations("markdown");
  return (
    <input
      type="checkbox"
      disabled
      checked={checked === true}
      readOnly
      aria-label={checked ? t("taskDone") : t("taskOpen")}
    />
  );
}

function Preformatted({ node, children }: ComponentProps<"pre"> & ExtraProps) {
  const code = node?.children[0];
  if (code?.type !== "element" || code.tagName !== "code") return <pre>{children}</pre>;
  const source = textOf(code).replace(/\n$/, "");
  const language = languageOf(code.properties["className"]);
  return language === "mermaid" ? (
    <Diagram source={source} />
  ) : (
    <CodeBlock code={source} language={language} />
  );
}

function languageOf(className: unknown): string | null {
  const [first] = Array.isArray(className) ? className : [];
  return typeof first === "string" ? first.replace(/^language-/, "").toLowerCase() : null;
}

export const elements: Components = {
  a: DocumentAnchor,
  img: ImagePlaceholder,
  input: Task,
  pre: Preformatted,
  table: ScrollingTable,
};
