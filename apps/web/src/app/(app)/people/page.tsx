import { PeopleScreen } from "@/features/people/people-screen";

export default function PeopleRoute() {
  return <PeopleScreen />;
}
