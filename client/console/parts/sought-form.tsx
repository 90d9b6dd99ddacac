import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useConsole } from '../context.ts';
import { readSought, type Sought } from '../digest.ts';

interface SoughtFormProps {
  id: string;
  label: string;
  placeholder: string;
  hint: string;
  test: string;
  /** What the field begins with. */
  value?: string | undefined;
  isRequired?: boolean;
  onSought: (sought: Exclude<Sought, { problem: unknown }>) => void;
  children?: ComponentChildren;
}

/** One field for any id. Emails and phone numbers are hashed in the browser; only their digest is handed on. */
export function SoughtForm({ id, label, placeholder, hint, test, value, ...props }: SoughtFormProps) {
  const { isRequired = false, onSought, children } = props;
  const { words } = useConsole();
  const [problem, setProblem] = useState('');
  const search = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const sought = await readSought(String(new FormData(event.currentTarget).get('sought') ?? ''));
    if ('problem' in sought) return setProblem(words.search.problems[sought.problem]);
    setProblem('');
    onSought(sought);
  };
  return (
    <search>
      <form class="search" onSubmit={search} data-test={test}>
        <label class="unseen" for={id}>
          {label}
        </label>
        <input
          type="search"
          id={id}
          name="sought"
          key={value}
          defaultValue={value ?? ''}
          required={isRequired}
          placeholder={placeholder}
          spellcheck={false}
          autocomplete="off"
          aria-describedby={`${id}-hint`}
        />
        <button type="submit">{words.search.submit}</button>
        <p id={`${id}-hint`} class="soft" role={problem ? 'alert' : undefined} data-test={`${test}-hint`}>
          {problem || hint}
        </p>
        {children}
      </form>
    </search>
  );
}
