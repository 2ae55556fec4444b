import { describe, expect, it } from "vitest";
import { isPublicUrl } from "../../src/portraits/generation/linked-portrait.ts";

const may = (url: string) => isPublicUrl(new URL(url));

describe("a picture's URL", () => {
  it.each([
    "https://images.example-cdn.com/a.png?sig=x",
    "https://cdn.example-cdn.com.:8443/a",
    "https://1.1.1.1/a",
    "https://16843009/a",
    "https://[2606:4700:4700::1111]/a",
    "https://172.32.0.1/a",
    "https://100.128.0.1/a",
    "https://local.example-cdn.com/a",
  ])("%s may be fetched", async (url) => {
    expect(await may(url)).toBe(true);
  });

  it.each([
    [
      "another protocol",
      ["http://images.example-cdn.com/a", "ftp://a.example-cdn.com/a", "file:///etc/passwd", "data:,x"],
    ],
    ["a name and password", ["https://user:word@images.example-cdn.com/a", "https://user@1.1.1.1/"]],
    ["loopback", ["https://127.0.0.1/", "https://127.9.9.9/", "https://[::1]/"]],
    [
      "decimal, octal, hex and short IPv4",
      [
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://0xa.0.0.1/",
        "https://10.1/",
      ],
    ],
    [
      "escaped and wide characters",
      ["https://%31%32%37.0.0.1/", "https://１２７.0.0.1/", "https://127。0。0。1/", "https://ⓛocalhost/"],
    ],
    ["trailing dots", ["https://127.0.0.1./", "https://localhost./", "https://printer.local./"]],
    [
      "private",
      ["https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/"],
    ],
    ["link-local", ["https://169.254.169.254/latest/meta-data", "https://[fe80::1]/", "https://[febf::1]/"]],
    ["carrier-grade NAT", ["https://100.64.0.1/", "https://100.127.255.255/"]],
    [
      "multicast and broadcast",
      ["https://224.0.0.1/", "https://239.1.1.1/", "https://255.255.255.255/", "https://[ff02::1]/"],
    ],
    [
      "unspecified and reserved",
      [
        "https://0.0.0.0/",
        "https://0/",
        "https://0.1.2.3/",
        "https://[::]/",
        "https://240.0.0.1/",
        "https://192.0.2.1/",
        "https://198.18.0.1/",
      ],
    ],
    ["unique-local and site-local", ["https://[fd00::1]/", "https://[fc00::1]/", "https://[fec0::1]/"]],
    [
      "IPv4 within IPv6",
      [
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:7f00:1::]/",
      ],
    ],
    ["documentation", ["https://[2001:db8::1]/", "https://203.0.113.1/"]],
    [
      "a local name",
      [
        "https://localhost/",
        "https://a.localhost/",
        "https://router/",
        "https://nas.local/",
        "https://metadata.google.internal/",
        "https://x.home.arpa/",
        "https://x.lan/",
        "https://LOCALHOST/",
      ],
    ],
    ["a name that leads back", ["https://127.0.0.1.nip.io/", "https://localtest.me/", "https://a.lvh.me/"]],
  ])("with %s may not", async (_, urls) => {
    for (const url of urls) expect(await may(url), url).toBe(false);
  });
});
