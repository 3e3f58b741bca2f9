import { FileUp, RotateCw } from "lucide-react";
import type { DragEvent } from "react";
import { useId, useRef, useState } from "react";
import { useFormatter } from "use-intl";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";

type Props = {
  file: File | null;
  isBusy: boolean;
  onFile: (file: File) => void;
  /** Reads the same file once more, as after it was corrected. */
  onAgain: (() => void) | undefined;
};

/** Takes one file: chosen, or dropped anywhere on the box. */
export function FileDrop({ file, isBusy, onFile, onAgain }: Props) {
  const t = useTranslations("spreadsheets");
  const format = useFormatter();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [isOver, setIsOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped && !isBusy) onFile(dropped);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is extra; the button does the same
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
      className={classes(
        "grid justify-items-center gap-3 rounded-lg border border-dashed border-control px-4 py-8 text-center",
        isOver && "border-accent-text bg-accent-soft",
      )}
    >
      <FileUp aria-hidden className="size-7 text-faint" strokeWidth={1.5} />
      {file ? (
        <p className="text-sm">
          <bdi className="font-medium wrap-anywhere">{file.name}</bdi>{" "}
          <span className="text-muted">
            {t("kilobytes", { size: format.number(Math.ceil(file.size / 1000)) })}
          </span>
        </p>
      ) : (
        <p className="text-sm text-muted">{t("drop")}</p>
      )}
      <div className="flex flex-wrap justify-center gap-2">
        <label htmlFor={id} className="sr-only">
          {t("file")}
        </label>
        <input
          ref={input}
          id={id}
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          className="sr-only"
          tabIndex={-1}
          onChange={({ target }) => {
            const chosen = target.files?.[0];
            // The same file again, corrected, is a change that the browser would not tell of.
            target.value = "";
            if (chosen) onFile(chosen);
          }}
        />
        <Button
          variant={file ? "secondary" : "primary"}
          disabled={isBusy}
          onClick={() => input.current?.click()}
        >
          {t(file ? "chooseOther" : "choose")}
        </Button>
        {onAgain && (
          <Button disabled={isBusy} onClick={onAgain}>
            <RotateCw aria-hidden />
            {t("inspectAgain")}
          </Button>
        )}
      </div>
    </div>
  );
}
