/** The command cannot do what it was asked for: exit code 2. */
export class UsageError extends Error {}
