type Props = { children: string };

/** Sets `document.title`; React hoists it into the head. */
export function PageTitle({ children }: Props) {
  return <title>{`${children} · AgentLab`}</title>;
}
