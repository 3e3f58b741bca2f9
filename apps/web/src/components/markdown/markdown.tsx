"use client";

import { ChevronRight } from "lucide-react";
import type { ComponentProps, Ref } from "react";
import { memo, useMemo } from "react";
import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { useTranslations } from "@/lib/translations";
import { CodeBlock } from "./code-block";
import type { Surroundings } from "./elements";
import { elements, SurroundingsContext } from "./elements";
import { splitFrontMatter } from "./front-matter";
import { rehypeHeadingIds, titlesBefore } from "./headings";
import { rehypeRawHtml } from "./raw-html";
import { schema } from "./schema";
import { splitSections } from "./sections";
import { useGradually } from "./use-gradually";

type Plugins = ComponentProps<typeof ReactMarkdown>["rehypePlugins"];

const remarkPlugins = [remarkGfm];
/** The order matters: nothing that came from the document is left unseen by the sanitiser. */
const sanitised: NonNullable<Plugins> = [rehypeRawHtml, [rehypeSanitize, schema]];

type Props = Partial<Surroundings> & {
  text: string;
  ref?: Ref<HTMLDivElement>;
};

const nothingElse: Surroundings["renderFileLink"] = ({ children }) => children;

/**
 * A document as people read it: GitHub-flavoured Markdown, code in colour, diagrams drawn.
 *
 * Nothing in `text` can run, load anything, or leave its place. A long text comes section by section.
 */
export const Markdown = memo(function Markdown(props: Props) {
  const { text, path = "", renderFileLink = nothingElse, ref } = props;
  const { frontMatter, body } = useMemo(() => splitFrontMatter(text), [text]);
  const surroundings = useMemo(() => ({ path, renderFileLink }), [path, renderFileLink]);
  return (
    <SurroundingsContext value={surroundings}>
      <div ref={ref} className="markdown">
        {frontMatter !== null && <FrontMatter yaml={frontMatter} />}
        <Sections key={body} text={body} />
      </div>
    </SurroundingsContext>
  );
});

function Sections({ text }: { text: string }) {
  const sections = useMemo(() => splitSections(text), [text]);
  const titles = useMemo(() => titlesBefore(sections), [sections]);
  const count = useGradually(sections.length);
  if (sections.length === 1) return <Section text={text} titlesBefore="" />;
  return sections.slice(0, count).map((section, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: sections have no identity but their place
    <div key={index} className="section">
      <Section text={section} titlesBefore={titles[index] ?? ""} />
    </div>
  ));
}

type SectionProps = { text: string; titlesBefore: string };

const Section = memo(function Section({ text, titlesBefore }: SectionProps) {
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
      rehypePlugins={[...sanitised, [rehypeHeadingIds, titlesBefore]]}
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
