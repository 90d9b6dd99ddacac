import { Component, type ComponentChildren } from 'preact';
import { Failure } from './parts/loading.tsx';

/** Shows a view's own error in its place, so that navigation still works. Give it the view's key, so that another view begins anew. */
export class Boundary extends Component<{ children: ComponentChildren }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  override componentDidCatch(error: unknown): void {
    this.setState({ error: error instanceof Error ? error : new Error(String(error)) });
  }

  override render() {
    const { error } = this.state;
    return error ? (
      <Failure error={error} retry={() => this.setState({ error: undefined })} />
    ) : (
      this.props.children
    );
  }
}
