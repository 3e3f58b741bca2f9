"use client";

import "./markdown.css";
import { ChevronRight } from "lucide-react";
import type { ComponentProps, RefObject } from "react";
import { memo, useMemo } from "react";
import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { useTranslations } from "use-intl";
import { CodeBlock } from "./code-block";
import type { Surroundings } from "./elements";
import { elements, SurroundingsContext } from "./elements";
import { splitFrontMatter } from "./front-matter";
import { rehypeHeadingIds } from "./headings";
import { rehypeRawHtml } from "./raw-html";
import { schema } from "./schema";

type Plugins = ComponentProps<typeof ReactMarkdown>["rehypePlugins"];

const remarkPlugins = [remarkGfm];
/** The order matters: nothing that came from the document is left unseen by the sanitiser. */
const rehypePlugins: Plugins = [rehypeRawHtml, [rehypeSanitize, schema], rehypeHeadingIds];

type Props = Partial<Surroundings> & {
  text: string;
  ref?: RefObject<HTMLDivElement | null>;
};

const nothingElse: Surroundings["renderFileLink"] = ({ children }) => children;

/**
 * A document as people read it: GitHub-flavoured Markdown, code in colour, diagrams drawn.
 *
 * Nothing in `text` can run, load anything, or leave its place. Costs about 2 ms a kilobyte.
 */
export const Markdown = memo(function Markdown(props: Props) {
  const { text, path = "", renderFileLink = nothingElse, ref } = props;
  const { frontMatter, body } = useMemo(() => splitFrontMatter(text), [text]);
  const surroundings = useMemo(() => ({ path, renderFileLink }), [path, renderFileLink]);
  return (
    <SurroundingsContext value={surroundings}>
      <div ref={ref} className="markdown">
        {frontMatter !== null && <FrontMatter yaml={frontMatter} />}
        <Body text={body} />
      </div>
    </SurroundingsContext>
  );
});

const Body = memo(function Body({ text }: { text: string }) {
  const t = useTranslations("markdown");
  const footnotes = {
    // The sanitiser puts the prefix before ids, once.
    clobberPrefix: "",
    footnoteLabel: t("footnotes"),
    footnoteBackLabel: (index: number) => t("footnoteBack", { number: index + 1 }),
  };
  return (
    <ReactMarkdown
      remarkPlugins={remarkPlugins}
      remarkRehypeOptions={footnotes}
      rehypePlugins={rehypePlugins}
      components={elements}
    >
      {text}
    </ReactMarkdown>
  );
});

function FrontMatter({ yaml }: { yaml: string }) {
  const t = useTranslations("markdown");
  return (
    <details className="front-matter">
      <summary>
        <ChevronRight aria-hidden />
        {t("frontMatter", { count: yaml.split("\n").filter(Boolean).length })}
      </summary>
      <CodeBlock code={yaml} language="yaml" />
    </details>
  );
}
