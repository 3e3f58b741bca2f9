import { setupServer } from "msw/node";
import { activityHandlers } from "./world/activity";
import { analyticsHandlers } from "./world/analytics";
import { backupHandlers } from "./world/backups";
import { catalogueHandlers } from "./world/catalogue";
import { dashboardHandlers } from "./world/dashboard";
import { importHandlers } from "./world/imports";
import { inboxHandlers } from "./world/inbox";
import { levelHandlers } from "./world/levels";
import { peopleHandlers } from "./world/people";
import { portfolioHandlers } from "./world/portfolio";
import { readerHandlers } from "./world/reader";
import { statusPageHandlers } from "./world/status-page";
import { templateHandlers } from "./world/templates";
import { userHandlers } from "./world/users";
import { workHandlers } from "./world/work";

/** The whole API with a small world behind it. A test that needs another answer says `server.use`. */
export const server = setupServer(
  ...peopleHandlers,
  ...portfolioHandlers,
  ...dashboardHandlers,
  ...importHandlers,
  ...readerHandlers,
  ...activityHandlers,
  ...backupHandlers,
  ...statusPageHandlers,
  ...analyticsHandlers,
  ...userHandlers,
  ...levelHandlers,
  ...catalogueHandlers,
  ...workHandlers,
  ...inboxHandlers,
  ...templateHandlers,
);
