/** Times as people read them. Everything is milliseconds of scenario time. */

/** `12.561 s`, from ten minutes on `12:03.561`. */
export function clockText(ms: number): string {
  if (Math.abs(ms) < 600_000) return `${(ms / 1000).toFixed(3)} s`;
  const minutes = Math.floor(ms / 60_000);
  const rest = ((ms % 60_000) / 1000).toFixed(3).padStart(6, '0');
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

/** `850 ms`, `2.56 s`, `1 min 40 s`: a length of time, to three figures. */
export function lengthText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `+2.561 s`: since a fault. */
export function sinceText(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${clockText(Math.abs(ms))}`;
}

/** Labels of a time axis whose ticks are `stepMs` apart: no more digits than tell them apart. */
export function tickText(ms: number, stepMs: number): string {
  const digits = stepMs >= 1_000 ? 0 : stepMs >= 100 ? 1 : stepMs >= 10 ? 2 : 3;
  if (stepMs >= 60_000 || ms >= 600_000) {
    const minutes = Math.floor(ms / 60_000);
    const rest = ((ms % 60_000) / 1000).toFixed(digits);
    return `${minutes}:${rest.padStart(digits === 0 ? 2 : digits + 3, '0')}`;
  }
  return `${(ms / 1000).toFixed(digits)} s`;
}
