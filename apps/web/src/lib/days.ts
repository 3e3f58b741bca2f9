/** The day that it is in a time zone, such as `2026-11-24`. */
export function dayIn(zone: string, moment: Date): string {
  const parts = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-CA", parts).format(moment);
}

/** The day after, or some days later or before. */
export function daysLater(day: string, days: number): string {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

/** The first moment of a day such as `2026-11-24` in a time zone; nothing for no day. */
export function startOfDay(day: string | undefined, zone: string): string | undefined {
  const midnight = day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  if (!day || Number.isNaN(midnight)) return undefined;
  // The zone's distance from UTC depends on the moment: the second guess has the right one.
  const guess = midnight - distanceFromUtc(zone, midnight);
  const start = midnight - distanceFromUtc(zone, guess);
  // Where the clocks go forward at midnight, the day begins with the first moment that it has.
  const isBefore = dayIn(zone, new Date(start)) < day;
  return new Date(isBefore ? guess : start).toISOString();
}

/** The first moment after a day. */
export function endOfDay(day: string | undefined, zone: string): string | undefined {
  return startOfDay(day, zone) && day ? startOfDay(daysLater(day, 1), zone) : undefined;
}

/** What clocks in a time zone show at a moment, such as `2026-11-24T22:00`. */
export function clocksIn(zone: string, moment: Date): string {
  const at = moment.getTime();
  return new Date(at + distanceFromUtc(zone, at)).toISOString().slice(0, 16);
}

/** The moment at which clocks in a time zone show `2026-11-24T22:00`; nothing for no time. */
export function whenClocksShow(shown: string, zone: string): string | undefined {
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(shown);
  const there = isTime ? Date.parse(`${shown}Z`) : NaN;
  if (Number.isNaN(there)) return undefined;
  const guess = there - distanceFromUtc(zone, there);
  return new Date(there - distanceFromUtc(zone, guess)).toISOString();
}

/** How much later its clocks are than those of UTC at a moment, in milliseconds. */
function distanceFromUtc(zone: string, moment: number): number {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const part = Object.fromEntries(
    format.formatToParts(moment).map(({ type, value }) => [type, value]),
  );
  const shown = `${part["year"]}-${part["month"]}-${part["day"]}T${part["hour"]}:${part["minute"]}:${part["second"]}Z`;
  return Date.parse(shown) - Math.floor(moment / 1_000) * 1_000;
}
