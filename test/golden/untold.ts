/** Scenarios whose story is not kept, as they take long and tell little more than their last lines. */
export const UNTOLD: readonly string[] = ['control-plane-off', 'stateful-set-waits', 'worker-loses-power'];
