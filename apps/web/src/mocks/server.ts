import { setupServer } from "msw/node";
import { activityHandlers } from "./world/activity";
import { catalogueHandlers } from "./world/catalogue";
import { dashboardHandlers } from "./world/dashboard";
import { importHandlers } from "./world/imports";
import { levelHandlers } from "./world/levels";
import { peopleHandlers } from "./world/people";
import { portfolioHandlers } from "./world/portfolio";
import { readerHandlers } from "./world/reader";
import { userHandlers } from "./world/users";

/** The whole API with a small world behind it. A test that needs another answer says `server.use`. */
export const server = setupServer(
  ...peopleHandlers,
  ...portfolioHandlers,
  ...dashboardHandlers,
  ...importHandlers,
  ...readerHandlers,
  ...activityHandlers,
  ...userHandlers,
  ...levelHandlers,
  ...catalogueHandlers,
);
