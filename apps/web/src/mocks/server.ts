import { setupServer } from "msw/node";
import { dashboardHandlers } from "./world/dashboard";
import { importHandlers } from "./world/imports";
import { peopleHandlers } from "./world/people";
import { portfolioHandlers } from "./world/portfolio";
import { readerHandlers } from "./world/reader";

/** The whole API with a small world behind it. A test that needs another answer says `server.use`. */
export const server = setupServer(
  ...peopleHandlers,
  ...portfolioHandlers,
  ...dashboardHandlers,
  ...importHandlers,
  ...readerHandlers,
);
