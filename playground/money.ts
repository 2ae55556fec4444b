/** Small sums keep enough digits to say something. */
export function money(usd: number): string {
  const digits = usd !== 0 && Math.abs(usd) < 1 ? 4 : 2;
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return usd.toLocaleString("en-US", { style: "currency", currency: "USD", ...fraction });
}
