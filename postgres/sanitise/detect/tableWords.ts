import { tablesAbroad } from "./languages";
import { fold } from "./words";

/** What rows of a table are about, as far as its columns' meaning hangs on it. */
export type Subject =
  | "person"
  | "party"
  | "address"
  | "message"
  | "log"
  | "credential"
  | "content"
  | "thing"
  | "geo"
  | "system"
  | "unknown";

const words: Record<Exclude<Subject, "unknown">, string> = {
  person:
    "crew pilot flyer flyers soldier inmate prisoner detainee defendant plaintiff juror lawyer attorney notary borrower lender debtor creditor pensioner veteran refugee migrant graduate alumni professor lecturer researcher athlete deputy senator politician councillor nominee renter landlord lodger traveler traveller tourist pax policyholder insured claimant payee payer consignee addressee sachbearbeiter anagrafica aluno alunos pessoas alumnos empleados pacientes usuarios clientes personnes eleves salaries adherents actor subscribers user usr member customer cust client person people employee emp staff patient student pupil teacher player profile lead applicant candidate guest visitor driver passenger donor subscriber " +
    "recipient owner doctor physician nurse participant attendee beneficiary dependent dependant child parent guardian spouse relative victim witness suspect voter citizen resident volunteer worker " +
    "manager personnel human individual buyer seller tenant prospect contact account signup registration subscription_ respondent author reviewer speaker referee judge trainer instructor coach provider " +
    "practitioner clinician caregiver kin family household constituent agent operator courier artist_ kunde kunden mitarbeiter benutzer mitglied mitglieder schueler person personen ansprechpartner patienten personne utilisateur adherent " +
    "client salarie employe contact eleve usuario cliente empleado paciente alumno persona socio contacto utente dipendente funcionario aluno pessoa colaborador klant klanten medewerker gebruiker persoon lid leden klient klienci pracownik " +
    "pracownicy uzytkownik uzytkownicy osoba osoby pacjent kund anvandare anstalld medlem medlemmar ansatt medarbejder medarbejdere bruger bruker asiakas kayttaja henkilo tyontekija tyontekijat zakaznik zakaznici uzivatel zamestnanec musteri musteriler " +
    "kullanici calisan kisi hasta polzovatel sotrudnik sotrudniki klienty пользователь пользователи клиент клиенты сотрудник сотрудники человек люди пациент член членов 会員 顧客 社員 用户 客户 员工 ユーザー 고객 회원 " +
    "vehicle signer attendance enrollment enrolment waitlist waiting newsletter invitee invitation cardholder whois credit_card credit_cards creditcard biodata resume roommate unregistered identity",
  party:
    "company organisation organization org club supplier vendor shipper merchant partner business firm firma lieferant fournisseur proveedor fornecedor fornitore leverancier dostawca school hospital clinic agency " +
    "tenant_ workspace_ branch store shop site_ dealer distributor charity institution congress venue property hotel restaurant team office order invoice reservation shipment transaction credit_note credit_notes creditnote delivery_note entity",
  address:
    "shipto billto soldto ship_to bill_to address addresses addr adresse adressen direccion indirizzo endereco anschrift shippingaddress billingaddress delivery",
  message:
    "task todo message messages msg mail mails email emails sms chat thread conversation comment comments post posts reply note notes ticket tickets incident incidents complaint review reviews feedback letter letters notification notifications " +
    "commentary commentaries appeal appeals inquiry enquiry request support case appointment leave appraisal encounter diagnosis obs observation prescription forum discussion status_update toot tweet journal diary memo survey response answer remark " +
    "lineitem followup interaction activity_ call submission application_ report_ dispute claim testimonial issue consultation work_item work_items workitem merge_request merge_requests pull_request pull_requests visit_note newsitem mention attachment attachments document documents booking entry petition",
  log: "log logs audit history event events visit visits access login attempt trail trace error errors failure version versions revision changelog search searches query session_log job jobs outbox inbox webhook_delivery delivery_log request_log callback webhook",
  credential:
    "connection connections token tokens session sessions credential credentials secret secrets key keys apikey password passwords otp totp device devices oauth jwt cookie authenticator passkey webauthn subscription pushsubscription verificationtoken verification sso",
  content:
    "template templates emailtemplate article articles page pages faq blog welcomepack frontpage banner translation snippet cms section layout copy wiki content text_template emailcontent help terms",
  thing:
    "rule rules module modules plugin plugins filter filters form forms canned sla method methods kind kinds format formats seating seatings gallery galleries product products category categories item items article_ artikel produit produits producto produkt prodotto towary товары товар genre media type types status group groups role roles permission permissions tag tags tax film movie book track album playlist artist song game " +
    "course subject coupon discount promotion plan feature flag setting settings option options config configuration preference parameter code codes lookup enum unit measure drug medicine ward room vehicle_model price prices rate rates inventory stock warehouse " +
    "payment_method currency language department dept job_title position grade stage step pipeline queue channel channels topic_ model rank colour color size menu widget theme icon dashboard report chart metric reason charge fee membership membershiptype paytype " +
    "schedule calendar holiday period season level skill specialty test asset project task_type milestone field attribute attributes property_type dataset experiment gene mutation file_format sample service services territories equipment ingredient recipe cuisine keyword category_ rbac tier bucket master payment_provider payment_providers identity_provider identity_providers sms_provider auth_provider release_note release_notes tax_provider integration",
  geo: "city cities town country countries region regions state states province county zip zips zipcode zipcodes postcode geo area areas zone zones location loc place airport station stadt ort land ville pays ciudad pais territory territories locality municipality",
  system:
    "migration migrations schema_migrations databasechangelog databasechangeloglock flyway alembic qrtz qrtz_triggers celery trigger triggers cron scheduler lock locks cache sequence metadata catalog permission contenttype content_type sites internal flags feature_flags health heartbeat node cluster",
};

const subjectOfWord = new Map<string, Subject>();
for (const [subject, list] of [...Object.entries(words), ...Object.entries(tablesAbroad)]) {
  for (const word of list.split(/\s+/).map(fold)) {
    if (!subjectOfWord.has(word)) subjectOfWord.set(word, subject as Subject);
  }
}

export const tableWords: ReadonlyMap<string, Subject> = subjectOfWord;
