import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { type Conversation, EMPTY } from "./conversation.ts";
import { useDeployment } from "./deployment.ts";
import { LeadForm } from "./lead-form.tsx";
import { LEADS } from "./leads.ts";
import { Personas } from "./personas.tsx";
import { Savings } from "./savings.tsx";
import { keepTab, readTab } from "./tab.ts";
import { TopBar } from "./top-bar.tsx";
import { useSet } from "./use-set.ts";

type Conversations = Readonly<Record<string, Conversation>>;

// With the Markdown of its answers it is as much again as the first view needs.
const loadChat = () => import("./chat.tsx");
const Chat = lazy(async () => ({ default: (await loadChat()).Chat }));

export function App() {
  const deployment = useDeployment();
  const [kept] = useState(readTab);
  const [lead, setLead] = useState(kept?.lead ?? LEADS[0]);
  const made = useSet(kept?.set);
  const results = useRef<HTMLElement>(null);
  const [selectedId, setSelectedId] = useState(kept?.selectedId);
  const [conversations, setConversations] = useState<Conversations>(
    kept?.selectedId ? { [kept.selectedId]: kept.conversation } : {},
  );
  const answers = Object.values(conversations).flatMap(({ said }) => said).length;
  const persona = made.set?.personas.find(({ id }) => id === selectedId);

  const conversation = (selectedId && conversations[selectedId]) || EMPTY;
  const { set } = made;
  useEffect(() => {
    if (set) keepTab({ lead, set, selectedId, conversation });
  }, [lead, set, selectedId, conversation]);
  const converse = useCallback(
    (change: Conversation) =>
      selectedId && setConversations((before) => ({ ...before, [selectedId]: change })),
    [selectedId],
  );

  const submit = () => {
    made.make(lead);
    loadChat().catch(() => {}); // it is asked for again where it is shown
    const { top = 0 } = results.current?.getBoundingClientRect() ?? {};
    if (top > innerHeight / 2) results.current?.scrollIntoView(); // on a phone they are below
  };

  return (
    <>
      <a className="skip" href="#main">
        Skip to the personas
      </a>
      <TopBar {...deployment} />
      <div className="layout">
        <aside className="side">
          <div className="intro">
            <h1>Who might this lead be?</h1>
            <p className="quiet">
              Fill in a lead. A model imagines the people behind it; then ask Newton on their behalf. Newton
              is an AI: its answers can be wrong, and are no medical, legal or tax advice.
            </p>
          </div>
          <LeadForm lead={lead} onChange={setLead} onSubmit={submit} busy={made.isLoading} />
        </aside>
        <main id="main" tabIndex={-1} ref={results}>
          <Personas
            made={made}
            selectedId={selectedId}
            onTalk={setSelectedId}
            onRefresh={() => made.make(lead, true)}
          />
          {made.set && persona && (
            <Suspense>
              <Chat
                key={persona.id}
                persona={persona}
                setId={made.set.setId}
                conversation={conversation}
                onConversation={converse}
              />
            </Suspense>
          )}
          <Savings revision={`${made.tookMs} ${answers}`} />
          {/* Known late: above, they would push the page down. */}
          {deployment.warnings.map((warning) => (
            <p className="notice notice-warn" key={warning}>
              {warning}
            </p>
          ))}
        </main>
      </div>
    </>
  );
}
