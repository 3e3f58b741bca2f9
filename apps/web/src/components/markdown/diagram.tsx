"use client";

import { Code, Maximize2 } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import { useEffectiveTheme } from "@/lib/effective-theme";
import type { Theme } from "@/lib/theme";
import { useTranslations } from "@/lib/translations";
import { Dialog } from "@/ui/dialog";
import { IconButton } from "@/ui/icon-button";
import { ScrollBox } from "@/ui/scroll-box";
import { Skeleton } from "@/ui/skeleton";
import { CodeBlock } from "./code-block";
import { DIAGRAM_CHARACTERS, drawDiagram } from "./draw-diagram";
import type { Picture } from "./inert-svg";
import { useNearViewport } from "./use-near-viewport";

type Props = {
  source: string;
  /** What is drawn instead, as far as it can be: the source with marks in it. */
  drawn?: string;
};
type Problem = "diagramBroken" | "diagramTooLarge";
type Drawn = { picture: Picture } | { problem: Problem } | null;

/** A Mermaid diagram as a picture, with its source a click away; broken ones show their source. */
export const Diagram = memo(function Diagram({ source, drawn: marked = source }: Props) {
  const t = useTranslations("markdown");
  const box = useRef<HTMLElement>(null);
  const drawn = useDrawn(source, marked, useEffectiveTheme(), useNearViewport(box));
  return (
    <figure ref={box} className="diagram">
      {drawn === null && <Skeleton className="h-48 w-full" />}
      {drawn && "problem" in drawn && (
        <>
          <p className="mb-2 text-sm text-muted">{t(drawn.problem)}</p>
          <CodeBlock code={source} language="mermaid" />
        </>
      )}
      {drawn && "picture" in drawn && <Drawing picture={drawn.picture} source={source} />}
    </figure>
  );
});

function useDrawn(source: string, marked: string, theme: Theme, isNear: boolean): Drawn {
  const [drawn, setDrawn] = useState<Drawn>(null);
  useEffect(() => {
    if (!isNear) return;
    if (source.length > DIAGRAM_CHARACTERS) return setDrawn({ problem: "diagramTooLarge" });
    let isCurrent = true;
    drawDiagram(marked, theme)
      .catch((error) => (marked === source ? Promise.reject(error) : drawDiagram(source, theme)))
      .then((picture) => isCurrent && setDrawn({ picture }))
      .catch(() => isCurrent && setDrawn({ problem: "diagramBroken" }));
    return () => {
      isCurrent = false;
    };
  }, [source, marked, theme, isNear]);
  return drawn;
}

function Drawing({ picture, source }: { picture: Picture; source: string }) {
  const t = useTranslations("markdown");
  const [isSource, setIsSource] = useState(false);
  const [isLarge, setIsLarge] = useState(false);
  return (
    <>
      <div className="absolute top-1.5 right-1.5 z-10 flex gap-0.5 rounded-md bg-surface">
        <IconButton
          size="sm"
          label={t("diagramSource")}
          aria-pressed={isSource}
          onClick={() => setIsSource(!isSource)}
        >
          <Code aria-hidden />
        </IconButton>
        <IconButton size="sm" label={t("diagramEnlarge")} onClick={() => setIsLarge(true)}>
          <Maximize2 aria-hidden />
        </IconButton>
      </div>
      {isSource ? <CodeBlock code={source} language="mermaid" /> : <Image picture={picture} />}
      <LargeDrawing picture={picture} isOpen={isLarge} onOpenChange={setIsLarge} />
    </>
  );
}

function Image({ picture, className }: { picture: Picture; className?: string }) {
  const t = useTranslations("markdown");
  return (
    // biome-ignore lint/performance/noImgElement: a picture made in this browser, with nothing to optimise
    <img
      src={picture.src}
      width={picture.width}
      height={picture.height}
      alt={picture.title ?? t("diagramAlt")}
      className={className}
    />
  );
}

type LargeProps = { picture: Picture; isOpen: boolean; onOpenChange: (isOpen: boolean) => void };

function LargeDrawing({ picture, isOpen, onOpenChange }: LargeProps) {
  const t = useTranslations("markdown");
  const common = useTranslations("common");
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={picture.title ?? t("diagram")}
      closeLabel={common("close")}
      className="h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-none"
    >
      <ScrollBox label={t("diagram")} className="size-full overflow-auto bg-surface">
        <Image picture={picture} className="m-auto h-auto min-h-full w-full object-contain" />
      </ScrollBox>
    </Dialog>
  );
}
