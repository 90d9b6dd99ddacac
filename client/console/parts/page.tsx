import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface PageProps {
  title: string;
  /** One sentence below the title. */
  lead?: ComponentChildren;
  /** Buttons and links at the right of the title. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A view with its heading, which is the document's title as well. */
export function Page({ title, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Storebeacon`;
  }, [title]);
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{title}</h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** A part of a view on a surface of its own. */
export function Panel({ title, aside, children, test }: PanelProps) {
  return (
    <section class="panel" data-test={test}>
      <div class="panel-head">
        <h2>{title}</h2>
        {aside && <div class="panel-aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

interface PanelProps {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
  test?: string;
}
