export { type Debounced, useDebouncedCallback } from "./use-debounced-callback.ts";
export {
  type GeneratedPersonas,
  type PersonasStatus,
  type UseGeneratePersonasOptions,
  useGeneratePersonas,
} from "./use-generate-personas.ts";
export {
  type ChatStatus,
  type SendMessagesOptions,
  type StreamedChat,
  type UseStreamedChatOptions,
  useStreamedChat,
} from "./use-streamed-chat.ts";
