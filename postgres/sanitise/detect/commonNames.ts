import { fold } from "./words";

/**
 * Common given names of many countries and common family names, to tell a column of people from one of things by its values. They
 * are compared inside the server, and never written anywhere: the names that masks write stand in `words/`.
 */
const given =
  "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary " +
  "nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron jose adam henry nathan douglas zachary peter kyle walter ethan jeremy harold keith " +
  "christian roger noah gerald terry sean austin carl arthur lawrence dylan jesse jordan bryan billy joe bruce gabriel logan albert willie alan juan wayne elijah randy roy vincent ralph eugene russell bobby mason philip louis " +
  "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen " +
  "amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren christina joan evelyn judith " +
  "megan andrea cheryl hannah jacqueline martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany " +
  "charlotte marie kayla alexis lori liam oliver lucas mia ava amelia harper luna ella chloe lily zoe leo max oscar harry charlie jake luke owen connor callum jamie alex sam ben tom tim dan matt mike chris steve dave nick tony kate " +
  "lucy ellie holly molly daisy poppy freya phoebe imogen nigel trevor graham colin derek clive ian neil stuart gordon duncan fiona moira shauna siobhan niamh aoife ciara sinead padraig declan eoin brendan rory " +
  "hans peter klaus jurgen wolfgang uwe bernd dieter horst manfred gerhard helmut stefan andreas thomas markus sebastian florian tobias jan lukas felix jonas leon finn elias moritz anton emil karl heinz gunter werner ursula petra sabine " +
  "monika renate gisela ingrid karin helga brigitte erika claudia susanne birgit heike katrin anja silke nadine lena leonie hanna greta frieda johanna antje ute gudrun elke astrid " +
  "jean pierre michel andre philippe rene louis alain jacques bernard marcel daniel roger robert claude christian nicolas laurent julien sebastien thierry olivier guillaume mathieu antoine hugo theo jules gabriel raphael marie nathalie isabelle " +
  "sylvie catherine francoise valerie christine veronique sandrine celine aurelie elodie camille manon lea ines chloe jeanne louise juliette margaux clement maxime romain baptiste corinne monique " +
  "antonio jose manuel francisco david juan javier carlos jesus alejandro miguel rafael pablo pedro sergio jorge alberto luis alvaro diego fernando raul ivan ruben enrique andres ramon carmen josefa isabel dolores pilar teresa ana " +
  "francisca antonia mercedes rosa lucia paula marta elena cristina raquel beatriz silvia alba irene nuria rocio sofia valentina camila mariana gabriela daniela adriana ximena guadalupe santiago mateo sebastian nicolas joaquin " +
  "joao antonio francisco carlos paulo pedro lucas luiz marcos luis gabriel rafael marcelo bruno eduardo felipe rodrigo thiago gustavo fernanda juliana patricia aline sandra camila bruna larissa leticia beatriz tiago rui nuno goncalo ines catarina " +
  "giuseppe giovanni antonio mario luigi francesco angelo vincenzo pietro salvatore marco andrea matteo lorenzo alessandro davide simone federico stefano luca giulia chiara francesca federica sara martina valentina alessia giorgia elisa paolo roberto " +
  "jan johannes cornelis hendrik willem pieter gerrit jacobus daan sem bram lars thijs sanne anouk femke lotte fleur iris maartje joost ruben jeroen sander wouter bas kees marieke annelies " +
  "piotr krzysztof andrzej tomasz pawel jan michal marcin jakub adam marek grzegorz mateusz lukasz wojciech zbigniew kamil anna maria katarzyna malgorzata agnieszka barbara ewa krystyna magdalena elzbieta joanna aleksandra zofia hanna kacper szymon bartosz dorota " +
  "lars erik karl anders johan per nils jan mikael hans peter bjorn sven gunnar magnus henrik olof gustav ole knut arne svein morten kjell jens soren niels mette hanne kirsten lene camilla ingrid liv kari anne astrid solveig sigrid linnea elsa maja alva wilma elin " +
  "juha matti timo kari mikko antti jari pekka hannu heikki jukka tuula anne paivi anna ritva leena pirjo sari minna jaana aino eino vaino helmi " +
  "jiri petr pavel martin tomas jaroslav miroslav zdenek vaclav lenka jana eva hana katerina lucie veronika zuzana tereza ondrej vojtech istvan laszlo jozsef zoltan gabor attila katalin ilona erzsebet " +
  "mehmet mustafa ahmet ali huseyin hasan ibrahim ismail osman murat omer yusuf fatma ayse emine hatice zeynep elif meryem serife merve burak emre can deniz aylin " +
  "aleksandr sergei sergey vladimir andrey alexey dmitry dmitri ivan mikhail nikolai yuri igor oleg maxim pavel viktor boris anastasia ekaterina natalia olga tatiana svetlana irina marina elena galina ludmila vera nadezhda yulia oksana " +
  "mohamed mohammed muhammad ahmed mahmoud mustafa omar khaled hassan hussein ali youssef ibrahim abdullah fatima aisha khadija maryam zainab layla noor amina yasmin leila salma karim tariq samir rashid bilal hamza imran fatemeh reza hossein mehdi zahra " +
  "wei fang min jing li yan lei jun yang yong tao ming chao xiu ying hui juan na xin hiroshi takashi kenji akira yuki haruto sota yui sakura hina aoi kaito ren yuto naoko keiko yoko michiko takeshi satoshi kazuki minjun seojun jiho seoyeon jiwoo minji jisoo hyun " +
  "raj rahul amit sanjay vijay anil sunil ravi suresh ramesh rajesh priya anita sunita neha pooja deepak arjun rohan aarav vivaan aditya ananya diya lakshmi kavita meera sita gita arun manoj ashok nguyen linh huong minh anh thi duc " +
  "kwame kofi ama abena chinedu emeka ngozi adaeze oluwaseun tunde amara thabo sipho nomsa zanele wanjiru kamau aisha fatou mamadou amadou ousmane moussa achieng otieno juma neema baraka " +
  "александр сергей владимир андрей алексей дмитрий иван михаил николай юрий игорь олег максим павел анна мария елена ольга татьана наталья ирина светлана екатерина анастасия ";

const family =
  "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright " +
  "scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey " +
  "reed kelly howard ramos kim cox ward richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann " +
  "koch bauer richter klein wolf schroder neumann schwarz zimmermann braun kruger hofmann dubois durand leroy moreau simon laurent lefebvre michel fournier girard bonnet dupont lambert fontaine rossi russo ferrari esposito bianchi romano colombo ricci marino " +
  "silva santos oliveira souza pereira lima ferreira alves costa gomes ribeiro almeida carvalho jansen bakker visser smit meijer devries vandenberg nowak kowalski wisniewski wojcik kowalczyk kaminski lewandowski johansson andersson karlsson nilsson eriksson larsson " +
  "olsson hansen olsen nielsen jensen pedersen christensen virtanen korhonen novak svoboda novotny ivanov smirnov kuznetsov petrov yilmaz kaya demir wang zhang chen liu yang huang zhao wu zhou tanaka sato suzuki takahashi watanabe ito yamamoto nakamura kobayashi park choi singh kumar sharma khan ali ahmed okafor okeke mensah";

const list = (words: string) => [...new Set(words.trim().split(/\s+/).map(fold))];

export const givenNames: readonly string[] = list(given);
export const familyNames: readonly string[] = list(family);
