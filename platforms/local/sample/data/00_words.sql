-- What the people of the sample are made of. Every value is a function of a row's number, so that two builds are equal;
-- `sample.members` (a setting of the session) says how many members there are. Addresses stand under .example and .test,
-- which nobody can register; telephone numbers come from arithmetic.

create function pg_temp.members() returns bigint language sql stable as
  $$ select current_setting('sample.members')::bigint $$;

-- The day on which the sample was "taken"; a constant, because now() would make every build different.
create function pg_temp.base() returns timestamptz language sql immutable as
  $$ select timestamptz '2025-11-01 09:00:00+00' $$;

-- A number from 0 up, the same for the same row and salt on every machine.
create function pg_temp.h(k bigint, salt bigint) returns bigint language sql immutable as
  $$ select hashint8extended(k, salt) & 9223372036854775807 $$;

create function pg_temp.pick(words text[], k bigint, salt bigint) returns text language sql immutable as
  $$ select words[1 + (pg_temp.h(k, salt) % cardinality(words))::int] $$;

-- Unique for k below a hundred million: the factor and the modulus share no divisor.
create function pg_temp.mobile(k bigint) returns text language sql immutable as
  $$ select '04' || lpad(((k * 48271 + 12345678) % 100000000)::text, 8, '0') $$;

create function pg_temp.ip(k bigint, salt bigint) returns text language sql immutable as
  $$ select format('203.0.%s.%s', 113 + pg_temp.h(k, salt) % 3, 1 + pg_temp.h(k, salt + 1) % 254) $$;

-- Names by culture, so that a first name meets a last name of its own script. After "=" stands what an e-mail makes of it.
create temp table word (culture text, part text, n int, value text, latin text, primary key (culture, part, n));

insert into word
select culture, part, (item.n - 1)::int, split_part(item.text, '=', 1),
  lower(replace(coalesce(nullif(split_part(item.text, '=', 2), ''), item.text), ' ', ''))
from (values
  ('anglo', 'first', 'Alice,Benjamin,Catriona,Dermot,Eleanor,Fergus,Gwendolyn,Harriet,Imogen,Jasper,Keira,Lachlan,Matilda,Niamh=niamh,Oscar,Prudence,Quentin,Rosalind,Stuart,Tabitha,Una,Verity,Wilfred,Yvonne,Zara,Aroha,Tane,Ngaire,Malachi,Siobhan'),
  ('anglo', 'last', 'Abernathy,Blackwood,Carmichael,Dunstable,Everingham,Fairweather,Galbraith,Hollingsworth,Inglewood,Jessop,Kilbride,Lockhart,MacAllister,Netherton,O''Brien,Pemberton,Quigley,Ravenscroft,Satterthwaite,Thistlewood,Underhill,Vickery,Wetherby,Yarborough,D''Arcy,O''Shaughnessy,St. John=stjohn,Ngata,Te Whare,Fitz-Gibbon'),
  ('nordic', 'first', 'Åse=aase,Bjørn=bjorn,Cæcilie=caecilie,Dagný=dagny,Eilífur=eilifur,Frøya=froya,Göran=goran,Håkon=hakon,Ingrid,Jörg=joerg,Käthe=kaethe,Lærke=laerke,Margarethe,Nils,Øystein=oystein,Pål=paal,Rüdiger=ruediger,Sólveig=solveig,Þórdís=thordis,Ülle=ulle'),
  ('nordic', 'last', 'Åkesson=aakesson,Brøndum=brondum,Ðórarinsson=thorarinsson,Ekström=ekstrom,Grünewald=gruenewald,Hägglund=hagglund,Jääskeläinen=jaaskelainen,Kjærgaard=kjaergaard,Lindqvist,Müller-Weiß=mueller-weiss,Nygård=nygard,Özdemir=ozdemir,Rönnbäck=ronnback,Schröder=schroeder,Strauß=strauss,Tægersen=taegersen,van der Meulen,von Bülow=vonbuelow'),
  ('latin', 'first', 'Álvaro=alvaro,Begoña=begona,Conceição=conceicao,Désirée=desiree,Émile=emile,François=francois,Gonçalo=goncalo,Héloïse=heloise,Iñaki=inaki,José=jose,Loïc=loic,María José=mariajose,Nélida=nelida,Ramón=ramon,Ștefan=stefan,Țuțea=tutea,Zoë=zoe'),
  ('latin', 'last', 'Ibáñez=ibanez,Gutiérrez=gutierrez,D''Angelo,Lefèvre=lefevre,de la Peña=delapena,Magalhães=magalhaes,Nuñez y Ortega=nunezyortega,Órdenes=ordenes,Popescu-Brăila=popescu-braila,Quiñones=quinones,Saint-Exupère=saint-exupere,Vörösmarty=vorosmarty,Yáñez=yanez,Żółkiewska=zolkiewska,Dvořáček=dvoracek,Łukasiewicz=lukasiewicz'),
  ('cyrillic', 'first', 'Аркадий=arkadiy,Владислав=vladislav,Галина=galina,Євгенія=yevheniia,Зинаида=zinaida,Ирина=irina,Любомир=lubomir,Надежда=nadezhda,Святослав=svyatoslav,Юлия=yuliya'),
  ('cyrillic', 'last', 'Барановский=baranovskiy,Ващенко=vashchenko,Громыхалов=gromykhalov,Ђурђевић=djurdjevic,Заболотный=zabolotnyy,Їжакевич=yizhakevych,Крылатова=krylatova,Чернозёмова=chernozyomova,Щеглов=shcheglov'),
  ('greek', 'first', 'Αθηνά=athina,Δημοσθένης=dimosthenis,Ευφροσύνη=effrosyni,Θεμιστοκλής=themistoklis,Λεωνίδας=leonidas,Χρυσάνθη=chrysanthi'),
  ('greek', 'last', 'Αναγνωστοπούλου=anagnostopoulou,Ζαχαριάδης=zachariadis,Κωνσταντινίδης=konstantinidis,Ξενάκης=xenakis,Ψαρρός=psarros'),
  ('han', 'first', '慧敏=huimin,志強=zhiqiang,雅婷=yating,建國=jianguo,美玲=meiling,さくら=sakura,健太郎=kentaro,지우=jiwoo,민준=minjun'),
  ('han', 'last', '欧阳=ouyang,諸葛=zhuge,陳=chen,長谷川=hasegawa,小笠原=ogasawara,김=kim,황보=hwangbo'),
  ('semitic', 'first', 'عبد الرحمن=abdulrahman,فاطمة=fatima,ياسمين=yasmin,נחמיה=nechemya,אסתר=ester,תהילה=tehila'),
  ('semitic', 'last', 'القحطاني=alqahtani,البغدادي=albaghdadi,בן־דוד=bendavid,שפירא=shapira,الحداد=alhaddad'),
  ('indic', 'first', 'अनुराधा=anuradha,राजेन्द्र=rajendra,மீனாட்சி=meenakshi,สมชาย=somchai,ประภา=prapha'),
  ('indic', 'last', 'चट्टोपाध्याय=chattopadhyay,குமாரசாமி=kumaraswamy,ศรีสุวรรณ=srisuwan,भट्टाचार्य=bhattacharya')
) as lists (culture, part, words), regexp_split_to_table(words, ',') with ordinality as item (text, n);
analyze word;
