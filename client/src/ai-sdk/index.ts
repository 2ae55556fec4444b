export type { ChatStorage } from "./active-streams.ts";
export { AskNewtonChatTransport, type AskNewtonChatTransportOptions } from "./transport.ts";
