import { HttpResponse } from "msw";
import { contract } from "../contract";

export const readerId = "00000000-0000-4000-8000-0000000000f1";
export const clientId = "00000000-0000-4000-8000-0000000000c1";
export const serviceId = "00000000-0000-4000-8000-0000000000d1";
export const readerGateId = "00000000-0000-4000-8000-0000000000a1";

export const reader = {
  id: readerId,
  key: "NEWSLETTER",
  name: "Lecteur RSS",
  status: "active",
} as const;

export const portfolioHandlers = [
  contract.post("/api/v1/sample", () =>
    HttpResponse.json({ project_id: readerId }, { status: 201 }),
  ),
];
