import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import {
  useDebouncedCallback,
  useGeneratePersonas,
  useStreamedChat,
} from "../../../client/src/react/index.ts";

function Page() {
  const chat = useStreamedChat();
  const { personas, isLoading, generate } = useGeneratePersonas();
  const ask = useDebouncedCallback(chat.sendMessages, 500);
  return (
    <main>
      <button type="button" disabled={isLoading} onClick={() => generate({ leadData: {} })}>
        {personas.length} personas, {chat.status}
      </button>
      <button type="button" onClick={() => ask([{ role: "user", content: "Hello" }])}>
        Ask Newton
      </button>
    </main>
  );
}

it("the hooks render on a server, where there is no page", () => {
  expect([typeof window, typeof document]).toEqual(["undefined", "undefined"]);
  expect(renderToString(<Page />)).toBe(
    '<main><button type="button">0<!-- --> personas, <!-- -->idle</button><button type="button">Ask Newton</button></main>',
  );
});
