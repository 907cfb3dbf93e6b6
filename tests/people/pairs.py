"""Pairs of descriptions made up as they come in French reception desks: one person written down twice, or two persons.

Each description is "Prénom Nom|naissance|téléphone|courriel|code postal|adresse|genre|nom de naissance"; a first or last
name of several words is tied by underscores.
"""

SAME = [
    # Accents, hyphens, case.
    ("Élodie Lefèvre|12/03/1980", "ELODIE LEFEVRE|12/03/1980"),
    ("Jean-Pierre Dubois|01/06/1955", "Jean_Pierre Dubois|01/06/1955"),
    ("Loïc Le_Gall|22/11/1990", "Loic LeGall|22/11/1990"),
    ("Zoé D’Angelo|03/02/1999", "Zoe Dangelo|03/02/1999"),
    ("Awa N’Diaye|05/05/1985", "Awa Ndiaye|05/05/1985"),
    ("Maria Da_Silva|14/09/1972", "Maria Dasilva|14/09/1972"),
    # Slips of the keyboard.
    ("Nathalie Lefebvre|30/01/1968", "Nathalie Lefevre|30/01/1968"),
    ("Christophe Moreau|17/07/1975", "Chritsophe Moreau|17/07/1975"),
    ("Fatima Benali|11/11/1981", "Fatima Bneali|11/11/1981"),
    ("Sandrine Garnier|02/12/1979", "Sandrine Granier|02/12/1979"),
    ("Patrick Fontaine|08/08/1960", "Patrik Fontaine|08/08/1960"),
    ("Isabelle Chevalier|19/04/1966", "Isabelle Chevallier|19/04/1966"),
    ("Kevin Rousseau|25/10/1994", "Kévin Roussau|25/10/1994"),
    ("Stéphanie Gauthier|06/03/1983", "Stephanie Gautier|06/03/1983"),
    # Heard and written down.
    ("Mohamed Bouzid|01/01/1970", "Mohammed Bouzid|01/01/1970"),
    ("Mohamed Ait_Said|04/04/1988", "Muhamad Aitsaid|04/04/1988"),
    ("Aïcha Traoré|23/06/1991", "Aysha Traore|23/06/1991"),
    ("Khadija El_Amrani|09/09/1978", "Kadidja Elamrani|09/09/1978"),
    ("Cheikh Diop|12/12/1986", "Sheikh Diop|12/12/1986"),
    ("Youssef Haddad|15/02/1992", "Yusuf Hadad|15/02/1992"),
    ("Philippe Renaud|27/05/1959", "Filip Renault|27/05/1959"),
    ("Thibault Dupont|13/01/1997", "Thibaud Dupond|13/01/1997"),
    ("Catherine Leroy|20/02/1961", "Katherine Leroi|20/02/1961"),
    ("Souleymane Ouattara|07/07/1995", "Suleyman Wattara|07/07/1995"),
    ("Abderrahmane Slimani|10/10/1963", "Abderahman Slimani|10/10/1963"),
    ("Oksana Kovalenko|16/08/1984", "Oxana Kovalenko|16/08/1984"),
    ("Laurent Mathieu|21/03/1973", "Laurent Matthieu|21/03/1973"),
    # Names the other way round.
    ("Li Wang|18/06/1990", "Wang Li|18/06/1990"),
    ("Alexandre Martin|29/09/1982", "Martin Alexandre|29/09/1982"),
    ("Thi_Mai Nguyen|24/12/1976", "Nguyen Thi_Mai|24/12/1976"),
    ("Amadou Diallo|03/03/1993", "Diallo Amadou|03/03/1993"),
    # Birth name and married name.
    ("Sylvie Marchand|05/04/1964|||||feminin|Petit", "Sylvie Petit|05/04/1964"),
    ("Nadia Cherif|28/02/1987|||||feminin|Benali", "Nadia Benali|28/02/1987"),
    ("Monique Robert|10/01/1950|||||feminin|Girard", "Monique Girard|10/01/1950|||||feminin|Girard"),
    ("Claire Dumas|07/06/1989|+33612000001", "Claire Faure|07/06/1989|+33612000001"),
    ("Amina Keita|01/01/1990||amina.k@exemple.fr", "Amina Sissoko|01/01/1990||amina.k@exemple.fr"),
    # One first name of two, a compound name cut.
    ("Jean Dubois|01/06/1955", "Jean-Pierre Dubois|01/06/1955"),
    ("Marie-Claude Vidal|12/08/1948", "Marie Vidal|12/08/1948"),
    ("Ana Costa|30/03/1980", "Ana Costa-Ferreira|30/03/1980"),
    # The date written wrongly.
    ("Samira Belkacem|04/11/1985", "Samira Belkacem|11/04/1985"),
    ("Bruno Perrin|13/05/1971", "Bruno Perrin|13/05/1977"),
    ("Hawa Camara|21/08/1996", "Hawa Camara|27/08/1996"),
    ("Michel Lambert|02/10/1952", "Michel Lambert|02/10/1962"),
    ("Lucie Bertrand|15/07/1990", "Lucie Bertrand|15/01/1990"),
    # No date, but something else.
    ("Gérard Lemoine||+33612000002||38000", "Gerard Lemoine|11/03/1958|+33612000002||38000"),
    ("Farida Mansouri||||93170|4 rue des Lilas", "Farida Mansouri|19/05/1979|||93170|4 rue des lilas"),
    ("Yvette Colin|||yvette@exemple.fr", "Yvette Colin|||yvette@exemple.fr"),
    ("Bakary Konaté||+33612000003", "Bakari Konate||+33612000003"),
    ("Olga Petrova||||31000", "Olga Petrova|17/07/1968|||31000"),
]

DISTINCT = [
    # Twins, at one address with one phone.
    (
        "Lina Morel|06/06/2001|+33612000010||69003|8 cours Gambetta",
        "Théo Morel|06/06/2001|+33612000010||69003|8 cours Gambetta",
    ),
    (
        "Sarah Cohen|14/02/1998|+33612000011||75011|3 rue Oberkampf",
        "Judith Cohen|14/02/1998|+33612000011||75011|3 rue Oberkampf",
    ),
    ("Adama Sow|09/09/1999|||93200|1 place Jaurès", "Moussa Sow|09/09/1999|||93200|1 place Jaurès"),
    ("Paul Roche|20/10/1994|+33612000012", "Julien Roche|20/10/1994|+33612000012"),
    ("Inès Ferhat|03/03/2003|||38100|2 allée des Pins", "Yanis Ferhat|03/03/2003|||38100|2 allée des Pins"),
    # Couples.
    (
        "Marc Duval|11/01/1970|+33612000013|duval@exemple.fr|31000|5 rue du Taur|masculin",
        "Anne Duval|23/05/1972|+33612000013|duval@exemple.fr|31000|5 rue du Taur|feminin",
    ),
    ("Karim Haddad|12/03/1980|+33612345678", "Élodie Lefèvre|12/03/1980|+33612345678"),
    ("Ousmane Ba||+33612000014||93100|7 rue Pasteur", "Mariama Ba||+33612000014||93100|7 rue Pasteur"),
    ("Luc Henry||+33612000015|henry@exemple.fr", "Lucie Henry||+33612000015|henry@exemple.fr"),
    (
        "José Pereira|30/07/1965|+33612000016||42000|9 rue Neuve|masculin",
        "Josefa Pereira|02/04/1967|+33612000016||42000|9 rue Neuve|feminin",
    ),
    # Father and son, mother and daughter.
    (
        "Pierre Garnier|10/02/1945|+33612000017||38000|12 quai Perrière",
        "Pierre Garnier|24/08/1972|+33612000017||38000|12 quai Perrière",
    ),
    (
        "Mamadou Diarra|01/01/1958|+33612000018||93170|6 rue Sadi Carnot",
        "Mamadou Diarra|15/06/1989|+33612000018||93170|6 rue Sadi Carnot",
    ),
    ("Marie Blanc|05/05/1940|||31400|3 rue Bonnat", "Marie Blanc|17/12/1968|||31400|3 rue Bonnat"),
    (
        "Jean Muller|22/02/1950||muller@exemple.fr|67000|1 quai Kléber",
        "Jean-Paul Muller|08/10/1981||muller@exemple.fr|67000|1 quai Kléber",
    ),
    ("Fatoumata Touré|31/12/1962|+33612000019", "Fatou Touré|04/03/1990|+33612000019"),
    # Homonyms.
    ("Marie Martin|12/06/1971", "Marie Martin|28/09/1984"),
    ("Mohamed Benali|01/01/1965", "Mohamed Benali|19/11/1990"),
    ("Nathalie Bernard|03/08/1969", "Nathalie Bernard|25/04/1976"),
    ("David Cohen|17/03/1977", "David Cohen|29/10/1992"),
    ("Fatima Diallo|06/07/1980", "Fatima Diallo|22/01/1995"),
    ("Thomas Robert|14/04/1988", "Thomas Robert|30/11/1979"),
    ("Isabelle Petit||||31000", "Isabelle Petit||||75012"),
    # Others born on the same day, some under one name.
    ("Amina Sissoko|01/01/1990", "Fanta Diarra|01/01/1990"),
    ("Ali Demir|01/01/1985", "Ali Yilmaz|01/01/1985"),
    ("Claire Dumas|07/06/1989", "Claire Vasseur|07/06/1989"),
    ("Sophie Laurent|15/09/1974", "Sophie Lambert|15/09/1974"),
    ("Hassan Karimi|01/01/1996", "Hussein Karimi|01/01/1996"),
    ("Jean Roux|18/10/1957", "Jeanne Renard|18/10/1957"),
    ("Awa Cissé|20/05/1992|||||feminin", "Abou Cissé|20/05/1992|||||masculin"),
    # People of one hostel or one family.
    (
        "Sekou Camara|11/02/1997|+33612000020||93200|foyer 10 rue du Landy",
        "Ibrahima Camara|03/09/1998|+33612000020||93200|foyer 10 rue du Landy",
    ),
    ("Tesfay Habte|01/01/1993|||69007|foyer rue de Gerland", "Yonas Habte|01/01/1993|||69007|foyer rue de Gerland"),
    ("Elena Popescu|09/06/1986|+33612000021", "Irina Popescu|28/02/1989|+33612000021"),
    (
        "Camille Leroy|25/12/1990|||59000|4 rue de Béthune|feminin",
        "Camille Legrand|25/12/1991|||59000|8 rue Nationale|masculin",
    ),
    ("René Faure|16/06/1949", "Renée Faure|30/01/1953"),
    ("Anaïs Perrot|08/08/1993", "Inès Perrot|08/03/1998"),
]
