export type ToastTone = "neutral" | "success" | "danger";
/** What can be done about it, such as undoing it. The message goes away with the click. */
export type ToastAction = { label: string; onAction: () => void };
export type ToastMessage = {
  id: number;
  tone: ToastTone;
  title: string;
  detail?: string;
  action?: ToastAction;
};

let messages: readonly ToastMessage[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function publish(next: readonly ToastMessage[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

/** Shows a short message in the corner. It goes away by itself. */
export function showToast(message: Omit<ToastMessage, "id">): void {
  publish([...messages, { ...message, id: nextId++ }]);
}

export function dismissToast(id: number): void {
  publish(messages.filter((message) => message.id !== id));
}

export function subscribeToToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentToasts = (): readonly ToastMessage[] => messages;
