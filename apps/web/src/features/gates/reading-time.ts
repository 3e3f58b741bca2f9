/** 220 words a minute, of six letters each with what stands between them. */
export const BYTES_A_MINUTE = 220 * 6.5;

/** About how many minutes it takes to read so many bytes of prose; at least one. */
export function readingMinutes(bytes: number): number {
  return Math.max(1, Math.round(bytes / BYTES_A_MINUTE));
}
