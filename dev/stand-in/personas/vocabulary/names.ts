export interface NamePool {
  readonly women: readonly string[];
  readonly men: readonly string[];
  readonly family: readonly string[];
  /** Whether fair and red hair is common. */
  readonly fair: boolean;
}

function pool(women: string, men: string, family: string, hair?: "fair"): NamePool {
  return { women: women.split(" "), men: men.split(" "), family: family.split(" "), fair: hair === "fair" };
}

/** Names as they are met in the United States, by where families came from. */
export const NAME_POOLS: readonly NamePool[] = [
  pool(
    "Claire Hannah Abigail Meredith Laura Paige Susan Nora",
    "Wesley Owen Thomas Grant Nathan Russell Peter Caleb",
    "Whitaker Lawson Brooks Hayes Prescott Ellison Marsh Caldwell",
    "fair",
  ),
  pool(
    "Imani Denise Latoya Simone Monique Camille Tamara Renee",
    "Marcus Terrence Isaiah Andre Darnell Malcolm Jerome Elijah",
    "Washington Banks Gaines Bradford Coleman Mayfield Booker Whitfield",
  ),
  pool(
    "Marisol Lucía Elena Gabriela Ximena Paloma Rosa Daniela",
    "Mateo Javier Rafael Diego Ernesto Luis Andrés Héctor",
    "Alvarez Fuentes Herrera Castillo Ramírez Ortega Villanueva Salinas",
  ),
  pool(
    "Mei Grace Lily Jenny Xiu Vivian Amy Connie",
    "Kevin Wei Jason Raymond Leo Henry Ming Victor",
    "Chen Liu Huang Lin Zhao Wong Tang Yu",
  ),
  pool(
    "Priya Anjali Meera Kavita Shreya Deepa Nandini Asha",
    "Arjun Rohan Vikram Sanjay Nikhil Anand Ravi Karthik",
    "Patel Iyer Sharma Reddy Menon Banerjee Kapoor Desai",
  ),
  pool(
    "Linh Thuy Kim Mai Hoa Trang Phuong Lan",
    "Minh Duc Tuan Khoa Bao Huy Long Quan",
    "Nguyen Tran Pham Le Vo Dang Bui Hoang",
  ),
  pool(
    "Amina Layla Yasmin Noor Salma Rania Hala Dina",
    "Omar Yusuf Karim Tariq Samir Hassan Ziad Khalil",
    "Haddad Mansour Rahman Nasser Khoury Aziz Farouk Saleh",
  ),
  pool(
    "Adaeze Ngozi Ifeoma Amara Funke Yetunde Zainab Chidinma",
    "Chinedu Emeka Tunde Kwame Kofi Obinna Segun Femi",
    "Okafor Adeyemi Mensah Eze Balogun Owusu Nwosu Boateng",
  ),
  pool(
    "Agnieszka Katya Irina Magdalena Ewa Natalia Oksana Vera",
    "Piotr Dmitri Marek Andrei Tomasz Pavel Bogdan Stefan",
    "Kowalski Novak Petrov Wójcik Ivanenko Sokolov Zielinski Horvat",
    "fair",
  ),
  pool(
    "Jiwoo Hana Soojin Minji Eunice Yuna Esther Sora",
    "Daniel Jisung Minho Paul Seojun Brian Hyun Joon",
    "Park Choi Kang Yoon Shin Han Oh Lim",
  ),
  pool(
    "Maricel Luz Analyn Jasmine Tessa Lourdes Joy Althea",
    "Paolo Ramil Jomar Enrico Benjie Carlo Nestor Miguel",
    "Santos Reyes Bautista Aquino Mendoza Dizon Pascual Manalo",
  ),
  pool(
    "Giulia Francesca Carla Siobhan Maeve Bridget Teresa Fiona",
    "Dominic Angelo Declan Brendan Vincent Rory Sal Kieran",
    "Moretti Gallagher Russo O'Connor Conti Brennan Ferraro Doyle",
    "fair",
  ),
  pool(
    "Leilani Kalea Malia Sina Noelani Tiare Mele Lupe",
    "Kai Keoni Sione Tavita Makoa Ikaika Manu Koa",
    "Kealoha Tuiasosopo Kahale Faleolo Kamaka Mahoe Akana Leota",
  ),
  pool(
    "Dyani Winona Ayasha Talise Kaya Nizhoni Aiyana Halona",
    "Dakota Ahiga Joseph Raymond Elan Nashoba Samuel Tate",
    "Begay Yazzie Tsosie Whitehorse Benally Littlebear Redcloud Nez",
  ),
  pool(
    "Miriam Shira Naomi Talia Leah Rachel Dalia Esther",
    "Eli Noah Aaron Ari Joel Reuben Asher Simon",
    "Rosen Levine Feldman Katz Adler Shapiro Weiss Kaplan",
  ),
  pool(
    "Marie Nadège Fabiola Guerda Sabine Rose Mireille Josette",
    "Jean Frantz Wilner Reginald Pascal Emmanuel Ricardo Yves",
    "Baptiste Toussaint Desrosiers Charles Celestin Joseph Pierre Laurent",
  ),
];

/** The pool of a surname, where it is from one. */
export function poolOf(lastName: string | undefined): NamePool | undefined {
  return NAME_POOLS.find(({ family }) => lastName !== undefined && family.includes(lastName));
}
