import { ContactsScreen } from "@/features/contacts/contacts-screen";

export default function ContactsRoute() {
  return <ContactsScreen />;
}
