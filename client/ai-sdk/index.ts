export { AskNewtonChatTransport, type AskNewtonChatTransportOptions } from "./transport.ts";
export type { ChatStorage } from "./unfinished.ts";
