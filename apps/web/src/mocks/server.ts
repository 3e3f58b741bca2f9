import { setupServer } from "msw/node";
import { catalogueHandlers } from "./world/catalogue";
import { importHandlers } from "./world/imports";
import { levelHandlers } from "./world/levels";
import { peopleHandlers } from "./world/people";
import { portfolioHandlers } from "./world/portfolio";
import { readerHandlers } from "./world/reader";

/** The whole API with a small world behind it. A test that needs another answer says `server.use`. */
export const server = setupServer(
  ...peopleHandlers,
  ...portfolioHandlers,
  ...importHandlers,
  ...readerHandlers,
  ...levelHandlers,
  ...catalogueHandlers,
);
