import type { Kind } from "./kinds";
import type { Subject } from "./tableWords";
import type { WeakWord } from "./weakWords";

/**
 * Words of applications in es, pt, it, fr, de, nl, pl, sv, da, no, fi, cs, hu, ro, tr and hr that stand beside the English ones of
 * `lexicon.ts`, `weakWords.ts` and `tableWords.ts`, to which they are added.
 */
export const strongAbroad: Partial<Record<Kind, string>> = {
  email:
    "mejl mejladress epostadress epostadresse elpost sahkopostiosoite emailcim correoe mailadres pecmail",
  phone: "telefoni telefonos telefones telefonnr telefoonnummers mobilszam puhelinnumero komorkowa",
  name:
    "nombrecompleto nomecompleto nomcomplet vollername familienaam achternamen voornamen primerapellido segundoapellido keresztnev vezeteknev csaladnev prenume naamhouder rekeninghouder " +
    "imienazwisko ime prezime cognomenome nomecognome nominativo kontaktpersoner contactpersoon yhteyshenkilo",
  username: "nick nicks jid kullanici benutzerkonto korisnickoime uzivatelskejmeno apodo alcunha soprannome",
  address:
    "postbox postanschrift wohnanschrift strassenname huisletter postvak lakohely iranyitoszam varos ulicabroj codigopostal codpostal codicepostale gemeente adresregel adressezeile localita comune_residenza",
  birth:
    "szuletesidatum geburtstagsdatum urodzenie dataurodzenia fechanacimiento datanascita datanascimento geboortejaar geburtsjahr",
  number:
    "ahv ahvnr ahvnummer cif cifnif nifcif ruc cuil cnp jmbg oib kvk kvknummer btwnummer btwnr dic krs vkn targa kenteken immatriculation kontonumre bankkonto kontobankowe versichertenkarte adoszam taj tajszam cbu clabe numsecu codfisc codicefiscale",
  credential: "parola lozinka jelszo kodeord motpasse palavrapasse claveacceso wachtwoordhash contrasenia",
};

const roles =
  "poster rep representative clerk manager actor actress director principal teacher therapist lawyer attorney interviewer interviewee photographer transcriber respondent petitioner defendant plaintiff occupant landlord clinician physician nurse witness judge coach trainer " +
  "instructor salesman salesperson salesrep employee supervisor administrator administrador amministratore proprietario propietario proprietaire locataire inquilino occupante referente tecnico responsable responsavel " +
  "responsabile encargado vendedor venditore atendente docente eigentuemer besitzer mieter vermieter antragsteller sachbearbeiter bearbeiter fahrer eigenaar huurder aanvrager behandelaar solicitante requerente demandeur " +
  "declarant beneficiaire beneficiario wlasciciel najemca wnioskodawca opiekun nauczyciel lekarz kierowca omistaja agare ejer receiver borrower lender signee";

export const weakAbroad: WeakWord[] = [
  {
    kind: "name",
    words: roles,
    sure: {
      person: 0.8,
      address: 0.7,
      message: 0.65,
      party: 0.6,
      log: 0.55,
      thing: 0.52,
      geo: 0.1,
      system: 0.1,
      content: 0.4,
      other: 0.55,
    },
  },
  {
    kind: "email",
    words:
      "addressee destinatario destinatarios remitente mittente destinataire expediteur empfaenger absender afzender ontvanger odbiorca nadawca avsandare mottagare a da para do",
    sure: { message: 0.8, log: 0.4, party: 0.2, other: 0.1 },
  },
  {
    kind: "text",
    words:
      "oggetto asunto assunto objet betreff onderwerp temat emne amne aihe richiesta richieste solicitud solicitacao demande anfrage verzoek wniosek zgloszenie descrizione omschrijving beskrivning beskrivelse " +
      "kuvaus popisek leiras descriere pregunta respuesta pergunta resposta domanda risposta frage antwort vraag antwoord pytanie odpowiedz motivo motif begruendung reden powod historia historial anamnese",
    sure: {
      person: 0.6,
      message: 0.75,
      log: 0.6,
      party: 0.35,
      content: 0.2,
      thing: 0.1,
      geo: 0.05,
      system: 0.05,
      credential: 0.2,
      other: 0.4,
    },
  },
  {
    kind: "text",
    words:
      "testo texto texte tekst tresc inhoud contenido conteudo contenuto contenu inhalt innehall indhold sisalto html txt",
    sure: {
      person: 0.6,
      message: 0.75,
      log: 0.62,
      party: 0.4,
      content: 0.25,
      thing: 0.15,
      geo: 0.05,
      system: 0.05,
      other: 0.45,
    },
  },
  {
    kind: "address",
    words:
      "ubicacion ubicazione lugar luogo lieu miejsce piso piano scala interno palazzo puerta escalera etage andar bloco bloque portal civico lokal mieszkanie klatka pietro apartado casella boite skrytka verdieping trappa opgang emelet ajto kat",
    sure: { address: 0.85, person: 0.7, party: 0.6, message: 0.3, log: 0.2, other: 0.3 },
  },
  {
    kind: "number",
    words: "matricula matricule matricola mandato mandate mandat mandaatnummer legitymacja",
    sure: { person: 0.6, party: 0.5, credential: 0.4, other: 0.25 },
  },
];

export const tablesAbroad: Partial<Record<Subject, string>> = {
  person:
    "anagrafiche utenti clienti dipendenti pazienti contatti soci medici studenti docenti genitori iscritti assistiti referenti empleadas agentes contactos medicos profesores estudiantes afiliados asegurados beneficiarios pacientes titulares " +
    "professores funcionarios responsaveis cidadaos agents usagers eleves etudiants citoyens beneficiaires assures demandeurs interlocuteurs lehrer schueler studenten teilnehmer bewerber buerger einwohner versicherte antragsteller " +
    "leerlingen werknemers deelnemers burgers inwoners personen aanvragers uczniowie nauczyciele studenci pacjenci osoby mieszkancy klienci medlemmer elever ansatte patienter deltagare asiakkaat henkilot jasenet oppilaat pacienti zaci " +
    "felhasznalok ugyfelek utilizatori clienti_ korisnici vcard vcards roster rosteruser rosterusers subscriber household",
  party:
    "fornitori proveedores fornecedores lieferanten leveranciers dostawcy empresas azienda aziende societa entreprise entreprises etablissement etablissements firmen bedrijf bedrijven factura facturas fattura fatture facture factures rechnung rechnungen faktura faktury " +
    "pedido pedidos ordine ordini commande commandes bestellung bestellungen bestelling bestellingen zamowienie zamowienia albaran albaranes recibo recibos preventivo preventivi presupuesto presupuestos contratto contratti contrato contratos contrat contrats vertrag vertraege",
  message:
    "messaggio messaggi richiesta richieste segnalazione segnalazioni intervento interventi attivita mensajes mensagens solicitud solicitudes incidencia incidencias chamado chamados atendimento atendimentos nachrichten anfrage anfragen meldung meldungen " +
    "berichten verzoek verzoeken zgloszenie zgloszenia wiadomosci demande demandes courriers beskeder meddelanden correspondence correspondencia",
  log: "debug debugs registro registros protokoll protokolle dziennik journaux logboek debuglog",
};
