/**
 * Dates of a world that has none: its time 0 is a fixed day, and a host's clock may differ from the world's. Only for what
 * commands print.
 *
 * Source of the calendar: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms (civil_from_days). Unit: microseconds.
 */

const DAY_US = 86_400_000_000;
/** 2026-01-05, a Monday, in days since 1970-01-01. */
const FIRST_DAY = 20_458;

export interface CivilTime {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

export function civilTime(wallUs: number): CivilTime {
  const days = Math.floor(wallUs / DAY_US);
  const restUs = wallUs - days * DAY_US;
  const z = FIRST_DAY + days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
    weekday: (4 + FIRST_DAY + days) % 7,
    hour: Math.floor(restUs / 3_600_000_000),
    minute: Math.floor(restUs / 60_000_000) % 60,
    second: Math.floor(restUs / 1_000_000) % 60,
    microsecond: restUs % 1_000_000,
  };
}

const two = (number: number): string => String(number).padStart(2, '0');

/** `2026-01-05T00:02:05.123Z`, as zap prints it; with `digits` of a second, none for `2026-01-05T00:02:05Z`. */
export function isoTime(wallUs: number, digits = 3): string {
  const { year, month, day, hour, minute, second, microsecond } = civilTime(wallUs);
  const fraction = digits === 0 ? '' : `.${String(microsecond).padStart(6, '0').slice(0, digits)}`;
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
}
