/** What people do at gates, in either language. */

import type { Locator, Page } from "@playwright/test";
import { wordsIn } from "./words.ts";

export class Gates {
  constructor(
    private readonly page: Page,
    private readonly word = wordsIn("en"),
  ) {}

  async submit(button: "gates.submit" | "gates.submitAgain" = "gates.submit"): Promise<void> {
    await this.press(button);
    await this.confirm("gates.submit");
  }

  /** From a project's page to its gate that waits. */
  async open(): Promise<void> {
    await this.page.getByRole("link", { name: this.word("projects.readAndDecide") }).click();
  }

  async approve(): Promise<void> {
    await this.press("gates.approve");
    await this.confirm("gates.approve");
  }

  async reject(reason: string): Promise<void> {
    await this.press("gates.reject");
    await this.dialog.getByLabel(this.word("gates.rejectReason")).fill(reason);
    await this.confirm("gates.reject");
  }

  async approveAgain(): Promise<void> {
    await this.press("gates.staleness.renew");
    await this.confirm("gates.staleness.renew");
  }

  async press(place: string): Promise<void> {
    await this.page.getByRole("button", { name: this.word(place), exact: true }).click();
  }

  async confirm(place: string): Promise<void> {
    await this.dialog.getByRole("button", { name: this.word(place), exact: true }).click();
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }
}
