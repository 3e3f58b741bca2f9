"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Contact as ContactIcon, UserPlus } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import type { Contact } from "@/api/catalogue";
import { contactsQuery } from "@/api/catalogue";
import { NewContactDialog } from "@/components/contacts/contact-dialog";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { PagedTable } from "@/components/paged-table";
import { SearchBox } from "@/components/search-box";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Badge } from "@/ui/badge";
import { GatedButton } from "@/ui/gated-button";
import { Select } from "@/ui/select";
import { Cell, HeadCell } from "@/ui/table";
import { OpenContact } from "./open-contact";

const states = { all: null, active: true, inactive: false } as const;
type State = keyof typeof states;

/** Everybody at the clients whom projects need. */
export function ContactsScreen() {
  const t = useTranslations("contacts");
  const router = useRouter();
  const opened = useSearchParams().get("contact");
  const [search, setSearch] = useState("");
  const [state, setState] = useState<State>("all");
  const [isAdding, setIsAdding] = useState(false);
  const filter = { search: useSettled(search.trim()), active: states[state] };
  const allowed = useCanChange();
  return (
    <Page>
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader
        title={t("title")}
        about={t("about")}
        actions={
          <>
            <SearchBox label={t("search")} value={search} onChange={setSearch} />
            <Select
              aria-label={t("state")}
              value={state}
              onValueChange={(next) => setState(next as State)}
              options={(Object.keys(states) as State[]).map((value) => ({
                value,
                label: t(`states.${value}`),
              }))}
              className="h-8 w-36 text-sm"
            />
            <GatedButton variant="primary" allowed={allowed} onClick={() => setIsAdding(true)}>
              <UserPlus aria-hidden />
              {t("new")}
            </GatedButton>
          </>
        }
      />
      <ContactList filter={filter} onOpen={(id) => router.push(paths.contact(id))} />
      {isAdding && (
        <NewContactDialog
          onMade={() => setIsAdding(false)}
          onExisting={({ id }) => {
            setIsAdding(false);
            router.push(paths.contact(id));
          }}
          onClose={() => setIsAdding(false)}
        />
      )}
      {opened && (
        <OpenContact
          key={opened}
          contactId={opened}
          onClose={() => router.replace(paths.contacts())}
        />
      )}
    </Page>
  );
}

type ListProps = {
  filter: { search: string; active: boolean | null };
  onOpen: (contactId: string) => void;
};

function ContactList({ filter, onOpen }: ListProps) {
  const t = useTranslations("contacts");
  const pages = useInfiniteQuery({
    ...contactsQuery(filter),
    placeholderData: (previous) => previous,
  });
  return (
    <PagedTable
      pages={pages}
      words={{
        title: t("title"),
        none: t("none"),
        noneAbout: t("noneAbout"),
        noMatch: t("noMatch"),
        more: t("more"),
      }}
      icon={ContactIcon}
      isFiltered={filter.search !== "" || filter.active !== null}
      head={
        <>
          <HeadCell className="pl-4">{t("name")}</HeadCell>
          <HeadCell>{t("client")}</HeadCell>
          <HeadCell className="max-sm:hidden">{t("email")}</HeadCell>
          <HeadCell className="max-md:hidden">{t("phone")}</HeadCell>
          <HeadCell className="pr-4 text-right">{t("links")}</HeadCell>
        </>
      }
      row={(contact) => <Row key={contact.id} contact={contact} onOpen={onOpen} />}
    />
  );
}

function Row({ contact, onOpen }: { contact: Contact; onOpen: (contactId: string) => void }) {
  const t = useTranslations("contacts");
  return (
    <tr className="hover:bg-sunken/60">
      <Cell className="py-1.5 pl-4">
        <span className="flex items-center gap-2">
          <button
            type="button"
            className="rounded text-left font-medium hover:underline"
            onClick={() => onOpen(contact.id)}
          >
            <bdi>{contact.name}</bdi>
          </button>
          {!contact.active && <Badge>{t("inactive")}</Badge>}
        </span>
        {contact.role && <bdi className="block text-xs text-muted">{contact.role}</bdi>}
      </Cell>
      <Cell>
        <bdi>{contact.client.name}</bdi>
      </Cell>
      <Cell className="max-sm:hidden">
        {contact.email && (
          <a className="text-accent-text hover:underline" href={`mailto:${contact.email}`}>
            {contact.email}
          </a>
        )}
      </Cell>
      <Cell className="whitespace-nowrap max-md:hidden">{contact.phone}</Cell>
      <Cell className="pr-4 text-right tabular-nums">{contact.links_total}</Cell>
    </tr>
  );
}
