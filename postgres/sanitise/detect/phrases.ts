import type { Kind } from "./kinds";

/** The words of a name, blanks between and around them, say it together. The first that matches decides. */
export interface Phrase {
  kind: Kind | "nothing";
  /** How sure, from 0 to 1. */
  sure: number;
  pattern: RegExp;
}

const name = "(?:name|names|nm|nom|nombre|nome|naam|namn|navn|nimi|ad)";
const people =
  "user|usr|member|customer|cust|client|clnt|player|person|people|contact|owner|payer|holder|employee|emp|author|sender|recipient|reporter|reported|roommate|partner|" +
  "spouse|nick|cliente|cli|proveedor|fornecedor|fornitore|empleado|patient|student|teacher|driver|passenger|guest|visitor|reviewer|manager|mgr|doctor|dr|physician|gp|caller|requester|requestor|applicant|candidate|donor|" +
  "subscriber|buyer|seller|beneficiary|beneficiar|agent|tenant|guardian|parent|mother|father|child|dependent|dependant|dep|dpndt|signer|signatory|approver|assignee|kunde|kunden|client|" +
  "ansprechpartner|contacto|contato|contatto|participant|attendee|speaker|director|head|staff|worker|officer|supervisor|coach|trainer|winner|billing|bill|ship|shipping|delivery|card|cc|emergency|emerg|referee|witness|victim|consignee|remitter|attn|tba|real|screen|captain|instructor|principal|administrator|debtor|creditor|payee|landlord|lessee|cardholder|policyholder|pessoa|mp|judge|veteran|appellant|clinician|therapist|nurse|surgeon|dentist|lawyer|attorney|notary|solicitor|representative|official|accountant|auditor|broker|translator|interpreter|transcriber|photographer|editor|journalist|artist|actor|actress|performer|host|hostess|curator|librarian|investigator|inspector|examiner|interviewer|interviewee|respondent|subject|minister|deputy|mayor|councillor|pupil|learner|graduate|scholar|professor|lecturer|tutor|mentor|mentee|youth|minor|resident|occupant|householder|inhabitant|homeowner|neighbou?r|friend|sibling|brother|sister|son|daughter|wife|husband|uncle|aunt|grandparent|relative|deceased|defendant|plaintiff|suspect|offender|inmate|prisoner|juror|opponent|petitioner|pilot|crew|sailor|soldier|rider|cyclist|athlete|trader|merchant holder|collector|bearer|presenter|organi[sz]er|coordinator|volunteer|member|proprietaire|propietario|proprietario|occupante|locataire|inquilino|titolare|referente|tecnico|autista|vettore|vendedor|venditore|comercial|mae|pai|aluno|usuario|funcionario|paciente|medico|responsavel|persona|alumno|empleado|madre|padre|hijo|pere|mere|enfant|salarie|utilisateur|mitarbeiter|vater|mutter|nominee|claimant|complainant|borrower|lender|invitee|inviter|insured|heir|signee";

const p = (kind: Phrase["kind"], sure: number, pattern: string): Phrase => ({
  kind,
  sure,
  pattern: new RegExp(` (?:${pattern}) `, "u"),
});

export const phrases: Phrase[] = [
  // Flags, whatever they are kept as.
  {
    kind: "nothing",
    sure: 0.9,
    pattern:
      /^ (?:has|is|does|gets|can|should|was|were|wants|allows?|shows?|hides?|enables?|requires?|must|never|consented|uses|collects?) \S|\S (?:opt in|opt out|never send|terms|submitted|ineligible|eligible|only) $/,
  },
  p("name", 0.7, "(?:partner|player|person|member|customer|contact|user) or \\S+ (?:name|names)"),
  // What only sounds like it.
  p(
    "nothing",
    0.9,
    "(?:email|mail|phone|sms|message|notification|address|password|token|letter) (?:template|format|type|status|method|provider|verified|confirmed|enabled|count|frequency|preference|preferences|policy|kind|label|category|host|port|server|backend|encoding|schema|domain|pattern|subject template|strategy|driver|queue|priority|limit|interval|digest frequency)",
  ),
  p(
    "nothing",
    0.9,
    "(?:table|tbl|column|col|field|class|model|event|job|host|server|queue|schema|index|function|method|tag|group|role|category|product|brand|item|course|project|company|organisation|organization|team|club|country|department|dept|branch|store|warehouse|domain|type|status|code|template|language|currency|font|icon|theme|menu|page|site|app|application|module|plugin|package|service|database|db|trigger|sched|metric|attribute|property|variant|sku|plan|channel|genre|rank|zone|codename|bucket|logger|migration|task|step|stage|rule|policy|scope|device|browser|os|platform|medium|album|track|song|film|movie|book|game|drug|ward|room|venue|bank|process|program|command|image|config|setting|parameter|param|option|feature|environment|cluster|node|instance|resource|action|source|target|media|list|label|board|form|report|tax|system|sys|unit|measure|color|colour|invoice|threshold|fee|charge|price) (?:display )?(?:name|names|nm)",
  ),
  p(
    "nothing",
    0.9,
    "(?:min|max|minimum|maximum|base|grade) (?:salary|pay|wage|wages|income)|(?:userid|user id|email|mail|name|login|username|password) (?:field|column)|(?:avs|cvv|cvc) (?:response|result|check)(?: code| message)?|release (?:notes?|description)|(?:preferred|default|favou?rite|html|text|code|rich|rich text|markdown|wysiwyg|map|image) editor",
  ),
  p(
    "nothing",
    0.85,
    "(?:created|updated|modified|deleted|changed|sent|expires|expired|expiry|expiration|last|verified|confirmed|locked|issued|used|revoked|changed) (?:at|on|date|dt|ts|time|timestamp)",
  ),
  p(
    "nothing",
    0.9,
    "(?:ip|address) (?:version|type|family)|(?:telephone|phone|dial|dialing|country) (?:country )?(?:code|prefix)|(?:cell|primary|foreign|sort|partition|order|natural) (?:key|index|count)|key (?:name|type|id|algorithm|size|length)|pass (?:rate|mark|count|fail)|pin (?:count|position)|api (?:version|url|name)",
  ),
  p(
    "nothing",
    0.9,
    "(?:authori[sz]ation|authori[sz]e|token|access token|request token|user ?info|jwks|discovery|introspection|revocation|logout|login|callback|redirect|metadata|issuer|success|cancel|terms|privacy|documentation|signin|signup|sso|oauth|auth) (?:url|uri|endpoint|urls|uris)",
  ),
  p(
    "email",
    0.97,
    "e mail|e mails|e posta|e post|correo electronico|adresse (?:mail|email)|mail (?:address|addr|adresse?|adr)|email (?:address|adresse|adres|addr|adress)|эл почта|электронная почта",
  ),
  p(
    "email",
    0.85,
    "(?:reply|respond|forward|bounce|sent|send|mailed|emailed) to|recipients?(?= $)|mail (?:to|from)|(?:from|to|sender) (?:email|mail|address|addr)|return path|envelope (?:from|to)|notify (?:email|emails)",
  ),
  p(
    "name",
    0.65,
    "(?:razon|ragione|raison|razao) (?:social|sociale)|(?:company|firm|trade) (?:legal|registered) name",
  ),
  p(
    "network",
    0.8,
    "(?:last|user|client|used) browser|browser (?:details|detail|info|information|string|agent|name)",
  ),
  p(
    "token",
    0.85,
    "(?:pw|password|reset|pw reset|password reset|validation|verification|confirmation|activation|recovery|unlock) (?:id|uid|hash|ref|reference)|device (?:\\S+ )?(?:identifier|udid|uuid)|(?:verify|verification) (?:code|codes)",
  ),
  p(
    "number",
    0.85,
    "(?:credit card|creditcard|card|cc) (?:exp|expiry|expires|expiration)(?: date| month| year)?",
  ),
  p("text", 0.6, "reasons? (?:for|of|why) \\S+"),
  p("credential", 0.85, "(?:server|stored|salted) key"),
  p(
    "phone",
    0.8,
    "(?:caller|callee|called|calling|dialled|dialed) (?:number|no|id|id num|num|party|party number)|clid|ani|dnis",
  ),
  p(
    "token",
    0.85,
    "(?:account|api|key|api key|twilio) sid|(?:open ?id|openid|oidc|connect|subject) (?:sub|subject)|\\S+ (?:connect|openid|open id) (?:\\S+ )?(?:id|sub)",
  ),
  p(
    "number",
    0.9,
    "(?:numero|num|no|nr) tva|tva (?:intracom|intracommunautaire)|tva intra|vat id|(?:btw|kvk|moms|ust|cvr|dic|ico) (?:nr|nummer|numero|id|no)",
  ),
  p(
    "name",
    0.85,
    "(?:alt|other|alias|aka|known as|former|previous|prior|legal|trade|signing|printed|typed|sole) (?:last |first |full )?(?:name|names|nm)|name (?:suffix|prefix)|(?:primary|spouse|holder|joint|applicant|patient|student|employee|member|person|guardian|parent|contact|owner|veteran|claimant|client|customer|user) (?:suffix|prefix|initial|initials|signature)",
  ),
  p(
    "network",
    0.95,
    "(?:ip|remote|client|peer|host|source|src|dst|network|net|mac|hardware|wifi|bluetooth) (?:addr|address|ip)|(?:last|current|login|signup|registration|sign in|remote|client|user|source|src|from|by|visitor) ip|user agent|ip addr|x forwarded for|(?:from|seen from|client|remote) address|browser agent",
  ),
  p(
    "token",
    0.95,
    "(?:api|developer|dev|app|application|service|merchant|private|secret|auth|access|encryption|signing|session|security|recovery|activation|confirmation|reset|verification|unlock|invite|invitation|publishable|consumer|client|master|account|license|licence|device|push|fcm|gcm|apns|hmac|shared|ssh|gpg|pgp|otp|totp|feed|rss|webhook|registration|validation|login|magic|email) (?:key|keys|token|tokens|secret|secrets|hash|digest|seed)",
  ),
  p(
    "token",
    0.9,
    "(?:auth|login|webauthn|code) challenge|code verifier|(?:two ?fa|2fa|mfa|two factor) (?:key|secret|seed)|(?:backup|recovery|device|confirmation|verification|activation|reset|authori[sz]ation|auth|access|security|one time|invite|invitation|unlock|validation|login|otp|sms|two factor|2fa|mfa|pin) (?:code|codes)|authori[sz]ation|authentication (?:data|string)",
  ),
  p(
    "token",
    0.9,
    "(?:registration|push|device|browser|onesignal player|push subscription|installation|advertising|ad|tracking|cookie|visitor|anonymous|session|payer|gateway|stripe|paypal|braintree|square|adyen|xero|facebook|google|github|twitter|apple|linkedin|oauth|openid|sso|saml|ldap|auth|external user|provider account|provider user|fb|webauthn|salesforce|hubspot|intercom|zendesk|mailchimp|azure|keycloak|okta|cognito|firebase|telegram|slack|discord) (?:customer |account |user |payment |profile |contact |subject )?(?:id|ids|uid|uuid|guid|sub|key|token|reference|identifier)",
  ),
  p(
    "token",
    0.85,
    "(?:provider|gateway|processor|psp) (?:customer|payment|account|user|profile|subscription|refund|charge|transaction) (?:id|reference)|(?:customer|payment) profile id|payment method (?:id|token)|session (?:key|data|token|hash|value|state)|receipt url|private url|signed url|public key|fingerprint|crypted data",
  ),
  p(
    "credential",
    0.97,
    "(?:password|passwd|pwd|pass|passwort|secret) (?:hash|digest|salt|reset|encrypted|crypt|md|sha|bcrypt|hint|history)|(?:hashed|encrypted|crypted|old|new|previous|current|db|user|admin) (?:password|passwd|pwd|pass)|mot de passe|mot passe|palavra passe",
  ),
  p("credential", 0.9, "(?:secret|security|sec|challenge) (?:answer|ans|response)"),
  p("credential", 0.6, "(?:secret|security|sec|challenge) (?:question|qn)"),
  p(
    "phone",
    0.95,
    "(?:tel|phone|mobile|cell|fax|handy|telefon|mobil|contact|emergency|emerg|home|work|sms|whatsapp|cep|cellulare|telephone|mob|ph|land line|day|night|evening|alt|direct) (?:tel|phone|telephone|telefonu|number|no|nr|num|nummer|numero|line|extension|ext)|sms (?:to|number)|nr telefonu|phone number|numero (?:de )?(?:telefono|telephone|telefone)|ph no|call back|callback number|dialled|dialed|caller id",
  ),
  p(
    "number",
    0.97,
    `(?:social security|social insurance|national insurance|national identity|national|tax|fiscal|vat|passport|id card|identity|identification|identity card|citizen|residence|personal|driver|drivers|driving|drv|drv lic|driver license|drivers licen[sc]e|driving licen[sc]e|licen[sc]e|lic|permit|visa|insurance|insurance policy|health|health card|medical record|patient|nhs|member|membership|card|credit card|debit card|cc|account|acct|acc|acnt|bank|bank account|bank acct|iban|routing|sort|bsb|konto|compte|cuenta|conta|medicare|pension|payroll|employee|emp|voter|student|alien|vehicle|plate|registration plate|chassis|secu|cpr|cheque|check|tc kimlik) (?:number|numbers|no|nr|num|nbr|numero|nummer|ident|identifier)`,
  ),
  p(
    "number",
    0.9,
    "(?:national|personal|tax|government|govt|citizen|fiscal|identity|passport|voter|vat|personal identity|patient) (?:id|ident|identifier)|(?:fiscal|personal identity) code|num (?:secu|cuenta|compte|conta)|numero (?:de )?(?:cuenta|compte|conta|documento|identificacion|secu)|codice fiscale|securite sociale|seguridad social|seguranca social|previdencia social|carte identite|bank (?:account|acct|bsb|details|iban)|(?:bank|account|acct) (?:bsb|iban)|(?:last|final) (?:four|digits)|(?:card|cc|stripe|account) (?:last ?|last four|digits|number|pan)|last digits|rodne cislo|id document|document (?:number|no|id number)|numer (?:dowodu|paszportu|konta)|sort code|rg|license plate|licence plate|registration (?:plate|number|no)|patient mrn|anyagi",
  ),
  p(
    "number",
    0.85,
    `(?:${people}) (?:file |case |record |claim |ref |reference )(?:number|no|nr|num|id)|(?:national|health|social|citizen|insurance) (?:\\S+ )(?:id|number|no)`,
  ),
  p(
    "number",
    0.85,
    "bank (?:international |sort |routing )?code|(?:swift|bic|iban) code|(?:person|patient|member|subject|customer|student) source (?:value|key|id)|(?:creditcard|credit card) approval (?:code|number)",
  ),
  p(
    "birth",
    0.97,
    `(?:date|year|day|month|place|time|age|dt|fecha|data|datum|date of|dia|ano|annee|jahr|ort)(?: of| de| di)? (?:birth|nacimiento|nascimento|nascita|naissance|urodzenia|narozeni|rozhdeniya|рождения)|birth (?:date|dt|day|year|month|place|name|city|country|time)|dogum tarihi|дата рождения|data rozhdeniya`,
  ),
  p(
    "birth",
    0.95,
    "(?:fecha|fec|data|dt|date|datum|dat|data de|fecha de|date de) (?:nac|nasc|naiss|ur|urodz|nar|narozeni|rozhd|geb)|geb (?:datum|dat|dt|ort|jahr)|(?:luogo|lugar|lieu|miejsce|local) (?:de |di )?(?:nac|nasc|nascita|nacimiento|naissance|ur|urodzenia|nascimento)",
  ),
  p(
    "number",
    0.92,
    "(?:cod|codice) fiscale|(?:partita|p) iva|(?:nr|numer|num) (?:konta|dowodu|paszportu|pesel|rg|cpf|secu|ss|bsn)|(?:seria|seriya|nomer) (?:dowodu|pasporta|paszportu)|cislo uctu|tc no|(?:num|nr|no|numero) (?:(?:tit|titulo) eleitor|cart(?:eira)? trabalho)|titulo eleitor|tessera sanitaria|carte vitale|tarjeta (?:sanitaria|credito)|(?:num|nro|no) (?:identificacion|documento|identidad|beneficiario|afiliado|poliza)",
  ),
  p(
    "address",
    0.92,
    "(?:kod|cod|code|codigo) (?:poczt|pocztowy|postal|postale)|nr (?:lokalu|mieszkania)|(?:num|nro|numero) (?:endereco|voie|calle|rue|casa)|straat nr|strasse nr|(?:plz|pc) (?:ort|plaats)|complement adresse|cislo popisne",
  ),
  p(
    "birth",
    0.65,
    "(?:death|deceased) (?:date|dt|day|month|year|place|city)|(?:date|day|month|year|place|cause) of death|died|dod",
  ),
  p(
    "name",
    0.97,
    `(?:first|last|full|given|family|middle|maiden|sur|fore|second|nick|christian|birth|preferred|pref|fst|lst|mid) ${name}|apellido (?:paterno|materno)|${name} (?:first|last|full|given|family|prefix|de famille)|f ${name}|l ${name}|nom (?:de )?famille|middle initial|initials|next of kin|name kana|primeiro nome|primer nombre`,
  ),
  p(
    "name",
    0.92,
    `(?:${people})(?: s)? (?:\\S+ ){0,2}(?:name|names|nm|nom|nombre|nome|naam)|(?:name|nom|nombre|nome|naam|nm) (?:of |de |du |da |do |on |della |del )?(?:${people})`,
  ),
  p(
    "name",
    0.75,
    "(?:emergency|emerg|primary|billing|secondary|alternate|main) contact(?: nm)?|contact person|ansprechpartner|attention|attn|prepared by|signed by|approved by name|roommate|salutation name|sender identification",
  ),
  p(
    "username",
    0.9,
    "(?:user|login|screen|account|nick|display|twitter|github|skype|slack|telegram|bbo|instagram|handle|ldap|unix|os|network|domain) (?:name|handle|login|account|nick)|login id|(?:user|account) (?:login|uid|identifier)|(?:bare )?peer|logon (?:id|name)",
  ),
  p(
    "username",
    0.85,
    "(?:created|updated|modified|deleted|changed|chg|crt|upd|entered|sent|used|taken|seen|issued|made|viewed|managed|posted|reported|corrected|confirmed|activated|deactivated|enabled|disabled|blocked|banned|muted|reserved|booked|commented|answered|drafted|written|edited|collected|counted|shared|linked|imported|exported|translated|granted|revoked|completed|decided|referred|initiated|triggered|picked|supervised|transcribed|interviewed|examined|admitted|discharged|administered|prescribed|dispensed|tested|edited|added|requested|assigned|approved|reviewed|uploaded|submitted|performed|connected|invited|locked|executed|processed|verified|authorised|authorized|cancelled|canceled|recorded|run|done|owned|received|accepted|prepared|signed|witnessed|delivered|rejected|closed|opened|resolved|ordered|handled|checked|inspected|packed|registered|published|archived|started|stopped|completed|paid|sold|taken) by|by (?:text|name|user)|(?:creator|owner|updater|delete|modifier|editor|lst upd|last upd|last updated|last modified|crt|upd|ins|chg|mod|create|update|insert) (?:uid|user|usr|username|userid)",
  ),
  p(
    "address",
    0.95,
    "(?:address|addr|adresse|street|postal|post|home|mailing|billing|bill|ship|shipping|delivery|residential|work|po|ship to|bill to|invoice|permanent|temporary|venue|house|flat) (?:address|addr|line|street|adresse|code postal|box|line one)|(?:address|addr|street|postal|house|flat) (?:number|no|nr|name)|(?:street|house|building|apartment|flat|unit|suite) (?:address|name|number|no|nr|line)|po box|line (?:one|two|three)|nr domu|haus nr|(?:zip|postal|post|zone) (?:code|cd)|codigo postal|code postal|kod pocztowy|zip four|adresse postale|door no",
  ),
  p(
    "address",
    0.85,
    "(?:billing|shipping|ship|bill|home|mailing|residence|residential|delivery|birth|venue|sender|recipient|contact|customer|work|employee|owner|patient|student|member|applicant|claimant|person|guest|client|permanent|temporary|payer|payee|lab|rep) (?:city|town|state|province|region|county|zip|postcode|suburb|district|location|postal code|place)",
  ),
  p(
    "location",
    0.8,
    "(?:last|home|current|user|device|pickup|dropoff|delivery|check in) (?:lat|lng|lon|long|latitude|longitude|pos|position|location|coordinates|geo|geom|point)",
  ),
  p(
    "picture",
    0.85,
    "(?:profile|user|face|id|passport|member|staff|employee) (?:photo|picture|image|pic|img|scan|url)|(?:photo|avatar|signature) (?:url|path|file|data|image|key|id)",
  ),
  p(
    "text",
    0.8,
    "(?:special|dietary|medical) (?:assistance|needs|requirements?|diet|conditions?)|(?:user|customer|member|account|profile|subscriber|contact) (?:preferences|prefs|meta ?data|attributes|attribs)|(?:special|delivery|customer|gift|order|internal|private|staff|admin|doctor|clinical|nursing|case|play|director|user|member|patient|order|shipping|approver|manager) (?:instructions|note|notes|message|comment|comments|cmt|remark|remarks|requests|request|memo|summary)|(?:discharge|case|medical) (?:summary|notes|history)|chief complaint|cover letter|about me|value text|diagnosis text|(?:html|raw|email|mail|text|message|plain|sms) (?:message|body|content|text|source)|(?:request|response|post) (?:body|payload|data|params|headers|content)|(?:raw|full) (?:response|request|message|email|text|payload)|(?:object|change|audit|tracked|audited|field) (?:changes|change|message|repr|diff|values)|valor (?:antigo|novo|anterior)|(?:value|values|val) (?:old|new|previous|before|after|from|to)|(?:old|new|previous|prev|before|after|original) (?:val|vals|value|values|data|row|record|object|state json)|bounce reason|(?:bank )?transfer details|free (?:text|format) (?:answer|text)|job (?:data|payload|args|arguments)|error (?:message|msg|details|text)|import messages|invalid lines|uncontactable users|unregistered users",
  ),
];
