// The interval in which a share lies, estimated from how often something was seen.

/** Two-sided 95 %: the 0.975 quantile of the normal distribution. */
const z = 1.959963984540054;

/**
 * The Wilson score interval (1927) of `hits` in `trials` at 95 %. Unlike the textbook one it holds for few trials and
 * for shares of 0 and 1.
 * @returns the two ends in 0..1; the whole range if there were no trials.
 */
export function wilsonInterval(hits: number, trials: number): [low: number, high: number] {
  if (trials === 0) return [0, 1];
  const share = hits / trials;
  const square = z * z;
  const centre = share + square / (2 * trials);
  const spread = z * Math.sqrt((share * (1 - share) + square / (4 * trials)) / trials);
  const divisor = 1 + square / trials;
  // At the ends rounding must not leave the range, nor the share itself.
  const low = hits === 0 ? 0 : Math.max(0, (centre - spread) / divisor);
  const high = hits === trials ? 1 : Math.min(1, (centre + spread) / divisor);
  return [low, high];
}
