import { expect, test } from "vitest";
import { submissionOf, submittedBrief, submittedPrd } from "@/mocks/world/reader";
import { hasteOf } from "./attention";

const submission = submissionOf({ artefacts: [submittedPrd, submittedBrief] });
const read = (document_id: string, opened = true, read_to_end = true) => ({
  document_id,
  opened,
  read_to_end,
});
const all = [read(submittedPrd.document_id), read(submittedBrief.document_id)];

test("who opened every text, saw its end and took some time is not hasty", () => {
  expect(hasteOf(submission, { seconds: 120, texts: all })).toBeNull();
});

test("what was not opened, not read to the end, or read faster than anybody reads, is said", () => {
  const texts = [
    read(submittedPrd.document_id, true, false),
    read(submittedBrief.document_id, false),
  ];
  expect(hasteOf(submission, { seconds: 3, texts })).toEqual({
    unopened: 1,
    unfinished: 1,
    isFast: true,
  });
});

test("a submission without texts takes no time to read", () => {
  expect(hasteOf(submissionOf({ artefacts: [] }), { seconds: 0, texts: [] })).toBeNull();
});
