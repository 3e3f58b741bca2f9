import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { api, unwrap } from "@/api/client";
import { CommandLine } from "@/components/command-line";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Disclosure } from "@/ui/disclosure";
import { BackupChoice, RestoreForm } from "./restore-form";
import { RestoreProgress } from "./restore-progress";

type Setup = Schemas["SetupOut"];

/** An empty database beside backups: what was there before comes back, and nobody begins anew unseen. */
export function RestoreScreen({ setup }: { setup: Setup }) {
  const t = useTranslations("setup.restore");
  const hasBackups = Boolean(setup.backups?.length);
  return (
    <>
      <PageTitle>{t("title")}</PageTitle>
      <div className="mb-6 grid gap-1.5">
        <h1 className="text-2xl font-semibold tracking-tight">{t("title")}</h1>
        <p className="text-muted">{t(hasBackups ? "about" : "aboutArchive")}</p>
      </div>
      <Archives archives={setup.archives ?? []} />
      {hasBackups &&
        (setup.restores_here ? <Restore setup={setup} /> : <OnTheServer setup={setup} />)}
      <div className="mt-6">
        <Disclosure title={t("anew")}>
          <p className="text-sm text-muted">{t("anewHow")}</p>
          <CommandLine
            label={t("copy")}
            text="agentlab user add EMAIL --name NAME --role administrator"
          />
        </Disclosure>
      </div>
    </>
  );
}

/** They lead to the last moment; a backup does not go so far. */
function Archives({ archives }: { archives: Schemas["FoundArchive"][] }) {
  const t = useTranslations("setup.restore");
  return archives.map(({ command, until }) => (
    <div key={command} className="mb-6">
      <p className="text-sm text-muted">
        {until ? t.rich("archive", { when: () => <When at={until} /> }) : t("archiveUncounted")}
      </p>
      <CommandLine label={t("copy")} text={command} />
    </div>
  ));
}

function Restore({ setup }: { setup: Setup }) {
  const problemText = useProblemText();
  const [isSeen, setIsSeen] = useState(setup.restore?.outcome === "running");
  const start = useMutation({
    mutationFn: (body: Schemas["FirstRestoreIn"]) =>
      unwrap(api.POST("/api/v1/setup/restore", { body })),
    onSuccess: () => setIsSeen(true),
  });
  if (isSeen) return <RestoreProgress onGiveUp={() => setIsSeen(false)} />;
  return (
    <RestoreForm
      backups={setup.backups ?? []}
      onSubmit={(chosen) => start.mutate(chosen)}
      isBusy={start.isPending}
      problem={start.error && problemText(start.error)}
    />
  );
}

/** There the containers may not exchange the database; the host may. */
function OnTheServer({ setup }: { setup: Setup }) {
  const t = useTranslations("setup.restore");
  const backups = setup.backups ?? [];
  const [chosen, setChosen] = useState(backups[0]?.name ?? "");
  return (
    <div className="grid gap-4">
      <BackupChoice backups={backups} chosen={chosen} onChoose={setChosen} />
      <div>
        <p className="text-sm text-muted">{t("onServer")}</p>
        <CommandLine
          label={t("copy")}
          text={`agentlab restore ${chosen.replace(/\.bundle$/, "")} --key FILE`}
        />
      </div>
    </div>
  );
}
