declare module "parse-prometheus-text-format" {
  /** Throws at what is no Prometheus text. */
  export default function parsePrometheusTextFormat(text: string): {
    readonly name: string;
    readonly type: string;
    readonly metrics: readonly { readonly labels?: Record<string, string>; readonly value: string }[];
  }[];
}
