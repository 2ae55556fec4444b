import type { ChatMessage } from "asknewton/client";
import { useRef, useState } from "react";
import { Chat } from "./chat.tsx";
import { useDeployment } from "./deployment.ts";
import { LeadForm } from "./lead-form.tsx";
import { LEADS } from "./leads.ts";
import { Personas } from "./personas.tsx";
import { Savings } from "./savings.tsx";
import { TopBar } from "./top-bar.tsx";
import { useSet } from "./use-set.ts";

type Conversations = Readonly<Record<string, readonly ChatMessage[]>>;

export function App() {
  const deployment = useDeployment();
  const [lead, setLead] = useState(LEADS[0]);
  const made = useSet();
  const results = useRef<HTMLElement>(null);
  const [selectedId, setSelectedId] = useState<string>();
  const [conversations, setConversations] = useState<Conversations>({});
  const answers = Object.values(conversations).flat().length;
  const persona = made.set?.personas.find(({ id }) => id === selectedId);

  const submit = () => {
    made.make(lead);
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
              Fill in a lead. A model imagines the people behind it; then ask Newton on their behalf.
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
            <Chat
              key={persona.id}
              persona={persona}
              setId={made.set.setId}
              messages={conversations[persona.id] ?? []}
              onMessages={(messages) => setConversations((before) => ({ ...before, [persona.id]: messages }))}
            />
          )}
          <Savings revision={`${made.tookMs} ${answers}`} />
        </main>
      </div>
    </>
  );
}
